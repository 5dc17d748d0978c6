"""English."""

from typing import Final

FILLERS: Final = "a an the my this that these those your our any of own"

LONG: Final = (
    "painful stabbing throbbing sprained discomfort sciatica sciatic tingling numbness weakness hobbling soreness "
    "stiffness tightness blisters buttock buttocks gluteus piriformis adductor adductors hamstring hamstrings "
    "quadriceps kneecap kneecaps achilles metatarsal forefoot tailbone incontinent incontinence urinate urinating "
    "urination perineum testicle testicles feverish fainted fainting blackout unconscious physiotherapist "
    "chiropractor osteopath"
)

CARRIER: Final = {
    "stop": "stop|stopall|stop all|unsubscribe|unsub|cancel|end|quit|revoke|optout|opt out|remove|td|stop it|stop this",
    "start": "start|unstop|yes",
    "help": "help|info|help me",
    "polite": "please|pls|plz|thanks|thank you|thx|hi|hello|hey|twinge",
    "opt_out": "stop texting|stop messaging|stop sending|stop messages|stop all messages|stop sms|stop texts"
    "|stop notifications|stop contacting|stop writing|stop spamming|stop bothering me|stop with messages"
    "|stop this service|dont text me|do not text me|dont message me|do not message me|dont contact me"
    "|do not contact me|never text me|never contact me|dont write to me|do not write to me|dont send me messages"
    "|dont send me texts|dont send me anything|do not send me messages|do not send me texts|do not send me anything"
    "|no more messages|no more texts|no more sms|no more notifications|remove me|take me off|unsubscribe me"
    "|unsubscribe|opt me out|opt out|opting out|leave me alone|delete my number|cancel my subscription"
    "|cancel subscription|cancel these messages|dont want messages|dont want texts|dont want more messages"
    "|dont want more texts|do not want messages|do not want texts|do not want more messages|quit texting"
    "|quit messaging|quit sending",
    "limit": "night|at night|until|till|before|after|today|tonight|tomorrow|week|weekend|weekends|month|so many"
    "|so often|often|during|while|when|if|sometimes|less|race|about",
    "": "dont stop|do not stop|never stop|dont unsubscribe|do not unsubscribe|not unsubscribe|dont remove me"
    "|dont take me off|dont opt me out|not opt out|not opting out|dont want to opt out|do not want to opt out"
    "|dont want you to stop|do not want you to stop|dont want to stop|dont leave me alone|didnt unsubscribe"
    "|did not unsubscribe|dont cancel",
}

COMMANDS: Final = {
    "ok": "ok|okay|okey|oki|k|kk|okk|o k|got it|gotcha|roger|understood|noted|will do|thanks|thank you|thx|ty"
    "|cheers|cool|great|sure|alright|all right|all good|fine|sounds good|good|nice|perfect|no problem|no worries|👍"
    "|👌|🙏|✅|💪|👏|🫡|❤|😊|🙂|😀|😁",
    "why": "why|why is that|why that|why this|why so|how come|explain|what for|reason",
    "status": "status|my status|how am i|how am i doing|where am i|state|summary|progress",
    "mute": "mute|silence",
    "unmute": "unmute|un mute",
    "snooze": "snooze|snoze|snoose|pause",
    "cleared": "cleared|i am cleared|im cleared|all clear|got the all clear|been cleared|ive been cleared",
    "day": "d|day|days|dys",
    "week": "w|wk|wks|week|weeks",
    "month": "month|months",
    "hour": "h|hr|hrs|hour|hours",
    "polite": "please|pls|plz|hi|hello|hey|for|a|an|the|me|it|this|that|these|messages|rule|you|so much|then|very much",
}

NUMBERS: Final = {
    "0": "zero|nil",
    "article": "one",
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine",
    "10": "ten",
    "of": "of",
    "now": "now|today|todays|currently|still",
    "unit": "km|kms|k|kilometer|kilometers|kilometre|kilometres|mi|mile|miles|m|meter|meters|metre|metres|s|sec"
    "|secs|second|seconds|year|years|yr|yrs|am|pm|x|times|kg|kgs|lb|lbs|pounds|bpm|%|st|nd|rd|th|pace|rep|reps|lap"
    "|laps|steps|runs|sets|hills|intervals|weeks|races|marathons|toes|legs|knees|feet",
    "minute": "min|mins|minute|minutes|minuets",
    "hour": "h|hr|hrs|hour|hours",
    "day": "d|day|days|night|nights",
    "week": "wk|wks|week|weeks",
    "month": "month|months",
    "counted": "km|kilometer|kilometre|mile|miles|day|week|month|stage|step|phase|size|zone|after|since|for|ran|run"
    "|did|last|first|every|rep|past|around|until|till|took|woke",
    "aside": "again|only|same|ok|okay|its|it|is|a|about|maybe|and|or|like|just|roughly|approximately|say|around|id"
    "|i|would|at|the|in|on|my|please|thanks|level|score|out|hmm|well|to|too|also|here|there|inside|outside|side"
    "|behind|below|above|under|front|yep|so|was|went|from|been|feels|feel|feeling|up|down|got|have|has|new|old|same"
    "|much|bit|lot|little|slightly|way|getting|definitely|very|really|bad|quite|pretty|this",
}

STORY: Final = {
    # --- pain, and how it goes ---
    "pain": "shin splint|shin splints|shinsplints|back pain|backpain|backache|back ache|back hurts|bone pain"
    "|sharp pain|pain|pains|painful|pian|hurt|hurts|hurting|hurst|hurty|ache|aches|aching|achy|ached|ouch|ow|twinge"
    "|twinges|twinged|niggle|niggles|niggly|niggling|sting|stings|stinging|stabbing|burning|burns|throbbing|throbs"
    "|cramp|cramps|cramping|cramped|injured|injury|strain|strained|pulled|tweaked|sprain|sprained|twisted|tender"
    "|discomfort|agony|killing me|bothering me|acting up|playing up|flared up|flare up|inflamed|weak pain"
    "|faint pain|faint ache|faint twinge|slight pain|rolled my ankle|wakes me up at night|wakes me at night"
    "|woke me up|keeps me up at night",
    "painless": "pain free|painfree|painless|cant feel pain|dont feel pain|feel no pain|no longer feel pain"
    "|cannot feel pain|do not feel pain|injury free",
    "gone": "gone|went away|gone away|disappeared|vanished|cleared up|stopped hurting|has stopped|it stopped"
    "|its stopped|pain stopped|numbness stopped|tingling stopped|resolved|all better|back to normal|healed"
    "|recovered|settled down|subsided|has passed",
    "fine": "fine|ok|okay|good|great|normal|perfect|well|no issues|no problems|no problem|no complaints|happy"
    "|not bad|all good|no trouble",
    "better": "better|improving|improved|less pain|hurts less|hurting less|less painful|less sore|easing|eased"
    "|easier|milder|calmed down|calming down|loosening up|loosened up|on the mend|less numb|not as bad"
    "|not as painful|not as sore|not so bad",
    "worse": "worse|worsening|worst|more pain|hurts more|more painful|getting bad|getting stronger",
    "longer": "the longer|longer i run|longer i go|as i run|as i go|more i run|further i go|further i run"
    "|farther i go|the further|every km|every mile|each km|each mile|as the run goes on|if i keep running"
    "|when i keep running|builds up",
    "during": "during|while running|when running|when i run|while i run|mid run|midrun|on my run|on the run|at km"
    "|at mile|km into|miles into|as i ran|whilst running|only running|running",
    "after": "after run|after running|after my run|after long run|after training|after race|after workout"
    "|after session|after hills|after intervals|after parkrun|afterwards|post run|after i run|after i ran"
    "|later that day",
    "next_morning": "next morning|this morning|next day|day after|morning after|woke up|in the morning|when i wake"
    "|on waking|getting out of bed|first thing|mornings",
    # --- what goes with it ---
    "radiating": "radiating|radiates|radiate|radiated|shooting|shoots|down leg|down legs|down both legs"
    "|down back of leg|down side of leg|down left leg|down right leg|down thigh|down to foot|down to calf"
    "|down to knee|down to toes|down into|into leg|into foot|into calf|into toes|all the way down|sciatica|sciatic"
    "|pain travels|travels down|spreads|spreading",
    "tingling": "tingling|tingle|tingles|tingly|pins and needles|pins n needles|pins needles|electric shock"
    "|electric shocks|electric|prickling|prickly|zapping|zaps",
    "numb": "numb|numbness|numbing|nub feeling|numm|no feeling|no sensation|cant feel|can not feel|cannot feel"
    "|couldnt feel|could not feel|cant really feel|dont feel my|dont feel when|dont feel it when|cant tell when"
    "|dont feel anything|do not feel my|do not feel anything|cant even feel|lost feeling|lost all feeling"
    "|losing feeling|loss of feeling|lost sensation|loss of sensation|less feeling|feeling is gone|less sensation"
    "|feeling gone|foot fell asleep|leg fell asleep|toes fell asleep|feet fell asleep|leg asleep|foot asleep"
    "|leg falls asleep|foot falls asleep|leg went dead|foot went dead|dead leg|deadened|feel nothing|barely feel my"
    "|hardly feel my",
    "weak": "weak|weakness|weakened|gives way|gave way|giving way|give way|gives out|gave out|giving out|buckles"
    "|buckled|buckling|no strength|lost strength|loss of strength|no power|lost power|cant push off"
    "|cant go on tiptoes|cant stand on toes",
    "limp": "limp|limps|limping|limped|limpin|hobbling|hobble|hobbled|hobbles|walking funny|cant walk normally"
    "|cant walk properly|altered gait",
    "walking": "walk|walking|walks",
    "walked": "walked|brisk walk|walk done|did walk|did a walk|did the walk|done walk|went for walk|finished walk"
    "|min walk|mins walk|minute walk|minutes walk|min walking|minutes walking",
    "sitting": "sit|sits|sitting|seated|driving|desk|chair|in the car",
    "stairs": "stairs|stair|staircase|stairway|upstairs|downstairs|stairwell",
    "night": "night|nights|nighttime|wakes me|woke me|waking me|cant sleep|in bed|at rest|resting|lying down"
    "|when lying",
    "spot": "one spot|pinpoint|specific spot|exact spot|tiny spot|small spot|single spot|one place|one point"
    "|fingertip|finger tip|point tender|tender spot|sore spot|to the touch|press on|when pressed|pressing on"
    "|on the bone|bone pain|one tiny spot|one small spot|one specific spot",
    "sore": "sore|soreness|doms|stiff|stiffness|tight|tightness|tired legs|heavy legs|legs tired|legs heavy"
    "|muscle ache|muscle aches|sore muscles|stiff muscles",
    "stitch": "stitch|stitches|side stitch|side cramp|side ache",
    "blister": "blister|blisters|blistered|hot spot|hotspot",
    # --- where ---
    "buttock": "buttock|buttocks|butt|bum|glute|glutes|gluteus|gluteal|glut|piriformis|backside|arse|bottom"
    "|sit bone|sit bones|sitbone|sitz bone",
    "hip": "hip|hips|hipp|hip flexor|hip flexors",
    "groin": "groin|groins|adductor|adductors|inner thigh|inner thighs|groyne",
    "hamstring": "hamstring|hamstrings|hammy|hammies|back of thigh|back of thighs|behind thigh",
    "quad": "quad|quads|quadricep|quadriceps|front of thigh|front of thighs",
    "knee": "knee|knees|kneecap|kneecaps|kne|knea|behind knee|back of knee",
    "calf": "calf|calfs|calves|calve|caff|soleus|gastroc|lower leg|lower legs|back of calf",
    "shin": "shin|shins|shin splint|shin splints|shinsplints|tibia|shinbone",
    "achilles": "achilles|achilles tendon|achilles heel|heel cord",
    "ankle": "ankle|ankles|ancle|anckle|rolled my ankle",
    "heel": "heel|heels|back of heel",
    "foot": "foot|feet|arch|sole|instep|plantar|plantar fascia|metatarsal|metatarsals|ball of foot|balls of feet"
    "|bottom of foot|bottom of feet|top of foot|sole of foot|midfoot|forefoot|foot drop|foot slaps",
    "toe": "toe|toes|little toe|big toe|toenail|pinky toe|baby toe",
    "back": "lower back|low back|upper back|mid back|my back|back pain|backpain|backache|back ache|back hurts"
    "|lumbar|spine|tailbone|coccyx|sacrum|si joint",
    "vague_back": "back",
    "thigh": "thigh|thighs|upper leg|upper legs",
    "vague_other": "shoulder|shoulders|neck|arm|arms|elbow|wrist|hand|hands|finger|fingers|rib|ribs|stomach|belly"
    "|tummy|abdomen|abs|head|headache|jaw|it band|itb",
    "left": "left|down left leg|l|lft|lhs|left hand",
    "right": "right|down right leg|r|rt|rhs|rght|right hand",
    "both": "both|bilateral|both sides|each side|either side",
    "leg": "leg",
    "legs": "legs",
    "both_legged": "both legs|both feet|each leg|two legs|either leg|down both legs",
    # --- red flags, and what makes one together ---
    "bladder_bowel": "incontinent|incontinence|wet myself|wetting myself|wet my pants|wetting my pants"
    "|peed my pants|peeing my pants|lost bowel control|peed myself|pee myself|peeing myself|pissed myself"
    "|pooped myself|soiled myself|wet the bed|cant pee|cannot pee|cant urinate|cannot urinate|cant wee|cant poo"
    "|cant poop|bladder leak|lost bladder control|bladder control",
    "bladder": "bladder|bladders|blader|bowel|bowels|pee|peeing|pees|wee|weeing|piss|pissing|urine|urinate"
    "|urinating|urination|poo|poop|pooping|pooing|stool|stools|sphincter|pass water|passing water|toilet paper|wipe"
    "|wiping|go to the toilet|going to the toilet|go to toilet|bladder control",
    "toilet": "toilet|loo|restroom|bathroom",
    "lost": "lost control|losing control|lose control|no control|loss of control|cant control|cannot control"
    "|couldnt control|cant hold|cannot hold|couldnt hold|leak|leaks|leaking|leakage|leaked|accident|accidents"
    "|retention|dribbling",
    "trouble": "doesnt empty|wont empty|not emptying|doesnt work|not working|isnt working|wont work|feels weird"
    "|feels different|feels wrong|trouble|problem|problems|issue|issues|difficulty|difficulties|hard to|struggle"
    "|struggling|changed|weird|strange|funny|wont come",
    "cannot": "cant|cannot|can not|couldnt|could not|unable to|unable|not able to|can barely|can hardly|barely"
    "|hardly|could barely|could hardly|impossible to|cant even|no longer able to",
    "stand": "put weight|bear weight|weight bear|weight bearing|weightbear|weightbearing|put any weight|stand"
    "|stand up|step on|put foot down|put pressure on|standing",
    "no_weight": "no weight on|non weight bearing|wont take my weight|wont hold my weight|wont bear weight",
    "lift_foot": "lift foot|lift toes|lift big toe|lift up foot|raise foot|raise toes|move foot|move toes|move leg"
    "|move legs|lift leg|pull foot up|feel or move",
    "saddle": "between legs|in between legs|between thighs|genital|genitals|genital area|private|privates"
    "|private parts|private area|down there|crotch|perineum|saddle|anus|rectum|anal|back passage|bumhole|butthole"
    "|vagina|vulva|penis|scrotum|testicle|testicles|balls|inner thigh|inner thighs|inside thigh|inside thighs"
    "|nether regions",
    "slap": "slap|slaps|slapping|slapped|flop|flops|flopping|drags|dragging|drag",
    "foot_drop": "foot drop|drop foot|dropfoot|footdrop|dropped foot|foot drops|foot dropping|foot slaps"
    "|getting weaker|growing weaker|weaker and weaker|weaker every|leg weaker|much weaker|losing strength"
    "|tripping over foot|trip over foot|tripping over toes|trip over toes",
    "fall": "fell|have fallen|ive fallen|had fallen|fallen over|fallen down|fallen off|fallen on|a fall|had fall"
    "|bad fall|after falling|fall off|falling off|crash|crashed|crashing|hit by|knocked down|knocked over|accident"
    "|collided|collision|tripped|tumbled|came off my bike",
    "fever": "fever|fevers|feverish|feaver|fevor|fiever|chills|got a temperature|have a temperature"
    "|had a temperature|running a temperature|high temp|temperature of 38|temperature of 39|temperature 38"
    "|temperature 39",
    "unwell": "very unwell|really unwell|unwell|really ill|very ill|so ill|feel ill|feeling ill|very sick"
    "|really sick|flu|fluey",
    "chest": "chest|heart|sternum|breastbone",
    "pressure": "pressure|squeezing|crushing|tight|tightness|heavy|heaviness",
    "chest_pain": "heart attack|cant breathe|cannot breathe|chestpain",
    "faint": "faint|fainted|fainting|passed out|passing out|blacked out|black out|blackout|collapsed"
    "|lost consciousness|unconscious",
    "swollen": "swollen|swelling|swells|swelled|swell|swolen|swollon|sweling|swellen|puffy|ballooned",
    "cancer": "cancer|cancers|tumor|tumour|tumors|tumours|chemo|chemotherapy|metastasis|leukemia|leukaemia|lymphoma"
    "|melanoma",
    "weight_loss": "losing lot of weight|lost lot of weight|losing so much weight|lost so much weight|weight loss"
    "|losing weight|lost weight|loss of weight|dropping weight",
    # --- who looks after it ---
    "care": "seeing|saw|seen|visited|visiting|went to|been to|going to|treated by|consulted|consulting|already with"
    "|am with|im with|under|says|said|told me|working with|checked by|looked at by|have an appointment"
    "|got an appointment|had an appointment|referred",
    "clinician": "doctor|doctors|doc|dr|gp|physio|physios|physiotherapist|pt|physical therapist|therapist|clinician"
    "|specialist|chiro|chiropractor|osteo|osteopath|surgeon|orthopedist|orthopaedic|orthopedic|podiatrist|hospital"
    "|clinic|emergency room|er|urgent care|sports doc|nurse|fysio",
    "coach": "coach|trainer",
    "allowed": "cleared|all clear|green light|signed off|allowed to run|allowed me|ok to run|okay to run"
    "|fine to run|can run|can start|may run|good to go|good to run|discharged|clearance|gave me the ok|given the ok"
    "|fit to run|lets me run|im allowed",
    "cleared": "been cleared|got the all clear|got clearance|medically cleared|was cleared|am cleared|im cleared",
    "seen": "seeing someone|seeing somebody|seeing a professional|under treatment|in treatment|being treated"
    "|under care",
    # --- grammar ---
    "no": "no|not|never|none|dont|doesnt|didnt|isnt|wasnt|arent|werent|havent|hasnt|hadnt|wont|wouldnt|nothing"
    "|neither|nor|no longer|no more|zero|nowhere",
    "without": "without|free of|free from",
    "nay": "nope|nah",
    "light": "a|an|the|my|any|this|that|of|in|on|at|to|when|while|with|during|from|have|had|having|has|got|get"
    "|getting|feel|feeling|feels|felt|be|been|being|is|are|was|it|i|me|sign|signs|symptoms|real|really|actual"
    "|actually|more|much|further|new|sharp|big|all|anymore|go|going|into|down|there|think|even|so far|whatsoever"
    "|kind|at all|other|particular|else|experiencing|experienced|major|serious|obvious|noticed|notice|longer|either"
    "|your|her|his|do|did",
    "and": "and|plus|then|also",
    "or": "or|nor",
    "but": "but|although|though|however|except|because|cause|since|cuz|yet|only",
    "": "no it|no i|no its|no still|no my|no but|no and|not only|not just|not sure|no idea|no doubt|no question"
    "|not to mention|no matter|no change|no different|why not|not too|not so|not as|not very|not that|not much"
    "|not completely|not fully|not entirely|not quite|no pain no gain|pain cave|heart rate|heart rate monitor"
    "|heart beat|heartbeat|chest strap|chest belt|chest monitor|chest press|heart of|by heart|heartbreak|right now"
    "|right away|right after|right before|all right|thats right|left work|left home|left at|left the|right at"
    "|gone for|gone to|gone out|gone running|gone on|fell asleep|fall asleep|fell behind|fell short|fell apart"
    "|fell in love|temperature fell|pace fell|hr fell|rain fell|night fell|hay fever|race fever|cabin fever"
    "|spring fever|sore throat|sore loser|night run|night shift|good night|cancer research|cancer run"
    "|cancer charity|cancer walk|race for cancer|against cancer|wee bit|cant stand it|cant stand this"
    "|cant stand these|cant stand you|cant stand your|hit by the heat|hit by heat|watch crashed|app crashed"
    "|phone crashed|crashed out|on foot|hip hip|going to see|going to run|going to try|on balls of|pulled out"
    "|pulled off|pulled up|walk in the park|dead heat|lost weight on purpose|trying to lose|bottom of hill"
    "|stopped by|stopped at|stopped for|stopped my|stopped the|stopped running|hand in hand|on the other hand"
    "|heel strike|foot strike|tight schedule|head start",
}
