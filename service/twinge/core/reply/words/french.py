"""French. Written without accents (marche is I walk, and walked) a word counts only where both readings agree."""

from typing import Final

FILLERS: Final = "le la les l un une mon ma mes ton d de du des au aux ce cet cette vos notre"

LONG: Final = (
    "douloureux élancement élancements pincement claquage déchirure tiraillement tiraillements irradie sciatique "
    "fourmillement fourmillements picotement picotements engourdi engourdie engourdis engourdies engourdissement "
    "engourdissements insensible paralysé boitille courbature courbatures ampoule ampoules fessier fessiers "
    "adducteur adducteurs ischios quadriceps périostite achille orteils lombaire lombaires incontinence incontinent "
    "incontinente sphincter périnée entrejambe testicules fiévreux infarctus évanoui évanouie syncope gonflement "
    "kinésithérapeute ostéopathe"
)

CARRIER: Final = {
    "stop": "arrêt|arrête|arrêtez|arrêter|arrett|désabonner|désabonnement|désabonnez moi|désabonne moi|désinscrire"
    "|désinscription|résilier|me désabonner|me désinscrire",
    "help": "aide|aidez moi|aide moi",
    "polite": "s il vous plaît|s il te plaît|svp|stp|merci|bonjour|salut",
    "opt_out": "plus de messages|plus de sms|plus de textos|plus aucun message|stop aux messages|stop aux sms"
    "|arrêtez de m écrire|arrête de m écrire|arrêtez de m envoyer|arrête de m envoyer|arrêtez d envoyer"
    "|arrête d envoyer|arrêtez les messages|arrête les messages|arrêter les messages|arrêtez les sms"
    "|arrêtez de me contacter|arrête de me contacter|ne m écrivez plus|ne m écris plus|m écrivez plus|m écris plus"
    "|m envoyez plus|m envoie plus|ne m envoyez plus|ne me contactez plus|me contactez plus|me contacte plus"
    "|me désabonner|désabonnez moi|désabonne moi|me désinscrire|désinscrivez moi|désinscris moi|veux plus recevoir"
    "|veux plus de messages|veux pas recevoir|laissez moi tranquille|laisse moi tranquille|fichez moi la paix"
    "|foutez moi la paix|retirez moi de|supprimez mon numéro|supprime mon numéro|résilier mon abonnement",
    "limit": "nuit|soir|jusqu|avant|après|aujourd|demain|semaine|week|mois|tant|autant|souvent|pendant|quand|course"
    "|matin|travail",
    "": "n arrêtez pas|n arrête pas|pas me désabonner|pas arrêter|ne me désabonnez pas",
}

COMMANDS: Final = {
    "ok": "d accord|daccord|dac|merci|merci beaucoup|compris|bien compris|entendu|ça marche|parfait|bien|très bien"
    "|super|bien reçu|reçu|noté|c est bon|ça roule|nickel|pas de problème|pas de souci|pas mal|oki|lu|je le ferai"
    "|entendu merci|génial",
    "why": "pourquoi|pk|pkoi|pourquoi ça|pourquoi cela|explique|expliquez|expliquez moi|raison|et pourquoi",
    "status": "statut|état|mon état|bilan|résumé|où j en suis|status",
    "mute": "muet|sourdine|silence|couper|mute|en sourdine",
    "unmute": "unmute|réactiver|réactive|rétablir|enlever la sourdine",
    "snooze": "pause|mettre en pause|en pause|reporter|snooze",
    "cleared": "feu vert|j ai le feu vert|j ai eu le feu vert",
    "day": "j|jour|jours",
    "week": "semaine|semaines|sem",
    "month": "mois",
    "hour": "h|heure|heures",
    "polite": "s il vous plaît|s il te plaît|svp|stp|bonjour|salut|pour|pendant|d|de|un|une|le|la|les|ces|messages"
    "|règle|à vous|à toi|beaucoup|alors",
}

NUMBERS: Final = {
    "0": "zéro",
    "article": "un|une",
    "2": "deux",
    "3": "trois",
    "4": "quatre",
    "5": "cinq",
    "6": "six",
    "7": "sept",
    "8": "huit",
    "9": "neuf",
    "10": "dix",
    "of": "sur",
    "now": "maintenant|aujourd|actuellement|encore|toujours",
    "unit": "km|kms|kilomètre|kilomètres|m|mètre|mètres|sec|secondes|an|ans|année|années|fois|kg|kilos|séries|tours"
    "|répétitions|pas|jambes|pieds|genoux|côtés|ème|e|sorties|courses",
    "minute": "min|mn|minute|minutes",
    "hour": "h|heure|heures",
    "day": "j|jour|jours|nuits",
    "week": "semaine|semaines",
    "month": "mois",
    "counted": "km|kilomètre|jour|semaine|étape|phase|zone|taille|après|depuis|pendant|couru|fait|chaque|vers"
    "|derniers|dernières|jusqu|les",
    "aside": "juste|que|c|est|ce|un|une|le|la|les|l|d|de|du|à|au|en|environ|peut|être|et|ou|je|dirais|près|plutôt"
    "|niveau|hui|mon|ma|mes|merci|côté|ici|là|dans|sur|intérieur|extérieur|devant|derrière|j|ai|beaucoup|peu|va|ça"
    "|bien|très|s|se",
}

STORY: Final = {
    # --- pain, and how it goes ---
    "pain": "mal|maux|douleur|douleurs|douleure|doulleur|douloureux|douloureuse|fait mal|souffre|souffrance|gêne"
    "|pique|brûle|brûlure|élancement|élancements|lance|pincement|pincements|crampe|crampes|blessé|blessée|blessure"
    "|entorse|claquage|contracture|déchirure|aïe|tiraillement|tiraillements|tire|point douloureux|faible douleur"
    "|douleur faible|légère douleur|me suis tordu|foulure|bobo",
    "painless": "n ai pas mal|ai pas mal|fait pas mal|fais pas mal|indolore|sans douleur|sans douleurs"
    "|n ai plus mal|ai plus du tout mal|plus mal du tout|plus aucune douleur|plus de douleur|plus de douleurs"
    "|aucune douleur|fait plus mal du tout|ne fait plus mal|ne me fait plus mal",
    "gone": "disparu|disparue|disparus|a disparu|est parti|est partie|sont parties|c est passé|est passée|est passé"
    "|guéri|guérie|rétabli|rétablie|s est envolée|envolée|terminé",
    "fine": "bien|nickel|parfait|normal|ça va|va bien|va mieux que bien|impeccable|pas de problème|aucun problème"
    "|super",
    "better": "mieux|améliore|amélioré|amélioration|moins mal|moins douloureux|moins de douleur|diminue|diminué"
    "|moins|pas aussi mal",
    "worse": "pire|empire|empiré|aggrave|aggravé|plus de douleur qu|plus de mal|plus douloureux|plus mal qu"
    "|plus forte|plus fort",
    "longer": "plus je cours|au fil de la course|au fur et à mesure|avec la distance|avec les kilomètres"
    "|en continuant|à chaque kilomètre",
    "during": "en courant|pendant|pendant la course|quand je cours|durant|au km|au kilomètre|lors de la course"
    "|en course|lors de la sortie",
    "after": "après la course|après avoir couru|après ma course|après l entraînement|après la sortie"
    "|après ma sortie|ensuite|après le footing|après coup",
    "next_morning": "le lendemain|lendemain|ce matin|au réveil|le lendemain matin|le matin|en me levant|au lever",
    # --- what goes with it ---
    "radiating": "irradie|irradiation|irradier|descend dans la jambe|descend dans|descend jusqu|descend le long"
    "|jusqu au pied|jusqu aux orteils|jusqu au mollet|jusqu à la cheville|jusque dans|le long de la jambe"
    "|dans toute la jambe|toute la jambe|sciatique|se propage|lance dans la jambe|dans la jambe",
    "tingling": "fourmillement|fourmillements|fourmis|picotement|picotements|picote|décharge|décharges|électrique"
    "|électriques|fourmille",
    "numb": "engourdi|engourdie|engourdis|engourdies|engourdissement|engourdissements|engourdit|engourdir"
    "|insensible|insensibilité|pied endormi|jambe endormie|fesse endormie|orteils endormis|anesthésié|anesthésiée"
    "|perte de sensibilité|perdu la sensibilité|sens plus|sens plus rien|aucune sensation|pas de sensation"
    "|plus de sensation|plus de sensations|sensibilité perdue|moins de sensibilité|sens rien",
    "feel": "sens|sentais|ressens|sentir",
    "weak": "faible|faibles|faiblesse|sans force|plus de force|pas de force|perte de force|perdu de la force"
    "|se dérobe|lâche|paralysé|paralysée|paralysie|fléchit|cède",
    "limp": "boite|boiter|boitant|boitais|boitille|boiterie|clopine|boîte",
    "walking": "marcher|marche|marchant|en marchant|à la marche",
    "walked": "ai marché|marche rapide|promenade|balade|ai fait une marche|min de marche|minutes de marche"
    "|mn de marche",
    "sitting": "assis|assise|asseoir|m asseoir|conduire|en voiture|conduisant",
    "stairs": "escalier|escaliers|marches",
    "night": "nuit|nuits|nocturne|me réveille|au repos|au lit|allongé|allongée|couché|couchée",
    "spot": "point précis|point fixe|un seul point|un point|bout du doigt|à la palpation|quand j appuie"
    "|à la pression|sur l os|os|endroit précis",
    "sore": "courbature|courbatures|courbaturé|courbaturée|raide|raides|raideur|raideurs|jambes lourdes|tendu"
    "|tendue|contracté|contractée",
    "stitch": "point de côté|points de côté",
    "blister": "ampoule|ampoules|cloque|cloques",
    # --- where ---
    "buttock": "fesse|fesses|fessier|fessiers|cul|piriforme|pyramidal|ischion",
    "hip": "hanche|hanches|anche",
    "groin": "aine|adducteur|adducteurs|pli de l aine|pubis",
    "hamstring": "ischio|ischios|ischio jambier|ischio jambiers|ischios jambiers|arrière de la cuisse"
    "|arrière cuisse|derrière la cuisse",
    "quad": "quadriceps|quadri|quadris|devant de la cuisse|avant de la cuisse",
    "knee": "genou|genoux|genous|genoue|rotule|rotules",
    "calf": "mollet|mollets|molet|molets|soléaire|jumeau|jumeaux",
    "shin": "tibia|tibias|périostite",
    "achilles": "tendon d achille|tendon achille|achille|tendons d achille",
    "ankle": "cheville|chevilles|chevile",
    "heel": "talon|talons",
    "foot": "pied|pieds|plante du pied|voûte plantaire|aponévrose|métatarse|cou de pied|pied endormi|pied tombant",
    "toe": "orteil|orteils|gros orteil|petit orteil",
    "back": "dos|bas du dos|lombaire|lombaires|lombalgie|reins|sacrum|coccyx|colonne",
    "thigh": "cuisse|cuisses",
    "vague_other": "épaule|cou|nuque|bras|coude|poignet|main|mains|doigt|doigts|ventre|tête|estomac|abdomen"
    "|bandelette|tfl",
    "left": "gauche|gauches",
    "right": "droit|droite|droits|droites",
    "both": "les deux|deux côtés|des deux côtés|bilatéral|bilatérale",
    "leg": "jambe",
    "legs": "jambes",
    "both_legged": "les deux jambes|deux jambes|les deux pieds|deux pieds|chaque jambe",
    # --- red flags, and what makes one together ---
    "bladder_bowel": "incontinence|incontinent|incontinente|fait pipi sur moi|pipi dessus|pissé dessus|fait dessus"
    "|me fais dessus|me suis fait dessus|rétention urinaire|rétention d urine|fuites urinaires|fuite urinaire"
    "|fuites d urine|peux plus uriner|arrive plus à uriner|arrive plus à faire pipi",
    "bladder": "vessie|uriner|urine|urines|pisser|pipi|faire pipi|selles|caca|sphincter|sphincters|intestin"
    "|intestins|aller aux toilettes|aller à la selle|déféquer|m essuie",
    "toilet": "toilettes|wc",
    "lost": "perdu le contrôle|perte de contrôle|contrôle plus|contrôle pas|retenir|retiens plus|retiens pas|fuite"
    "|fuites|perds le contrôle|aucun contrôle|plus de contrôle|pas de contrôle|pas me retenir|plus me retenir",
    "trouble": "fonctionne pas|fonctionne plus|marche pas|marche plus|vide pas|problème|problèmes|difficulté"
    "|difficultés|du mal à|bizarre",
    "can": "peux|pouvais|pu|arrive|parviens|peut|arrivais",
    "cannot": "incapable|impossible|peux plus|arrive plus|peux à peine|arrive à peine|pouvais plus",
    "stand": "mettre le pied|poser le pied|pose le pied|appuyer|prendre appui|appui|tenir debout|debout"
    "|mettre du poids|me lever|tient plus debout|marcher dessus",
    "no_weight": "tiens plus debout|tient plus debout|supporte plus mon poids",
    "lift_foot": "lever le pied|relever le pied|bouger le pied|bouger les orteils|lever les orteils|bouger la jambe"
    "|bouger les jambes|lever la jambe",
    "saddle": "entre les jambes|entre mes jambes|entre jambes|parties intimes|parties génitales|génitales|génitaux"
    "|organes génitaux|zone génitale|périnée|anus|entrejambe|entrecuisse|selle|pénis|vagin|vulve|testicules|scrotum"
    "|bourses|intérieur des cuisses",
    "slap": "claque|traîne|traînant|traîner|tombe|pend",
    "foot_drop": "pied tombant|pied qui tombe|pied tombe|steppage|pied qui claque|pied qui traîne"
    "|de plus en plus faible|de plus en plus faibles|s affaiblit|perds de la force",
    "fall": "suis tombé|suis tombée|étais tombé|tombée sur|tombé sur|chute|chuté|accident|renversé|renversée"
    "|percuté|percutée|collision|trébuché",
    "fever": "fièvre|fiévreux|fiévreuse|frissons|ai de la température",
    "unwell": "très malade|malade|très mal|grippe|patraque",
    "chest": "poitrine|thorax|cœur|sternum",
    "pressure": "pression|oppression|serre|serré|serrée|oppressé|oppressée",
    "chest_pain": "infarctus|crise cardiaque|douleur thoracique|douleurs thoraciques|peux plus respirer"
    "|peux pas respirer|arrive plus à respirer|arrive pas à respirer",
    "faint": "évanoui|évanouie|évanouir|évanouissement|malaise|perdu connaissance|perte de connaissance|syncope"
    "|tombé dans les pommes|tombée dans les pommes|inconscient|inconsciente|effondré|effondrée",
    "swollen": "gonflé|gonflée|gonflés|gonflées|gonflement|gonfle|enflé|enflée|enflés|enfle|œdème",
    "cancer": "cancer|cancers|tumeur|tumeurs|chimio|chimiothérapie|métastases",
    "weight_loss": "perte de poids|perdu du poids|perds du poids|amaigrissement|maigri sans",
    # --- who looks after it ---
    "care": "ai vu|vois|vu|suivi par|suivie par|suis suivi|suis suivie|consulté|chez|rendez vous|rdv|dit|a dit|allé"
    "|allée|déjà",
    "clinician": "médecin|docteur|kiné|kinésithérapeute|généraliste|spécialiste|ostéo|ostéopathe|hôpital|urgences"
    "|podologue|chirurgien|orthopédiste|clinique|toubib",
    "coach": "coach|entraîneur",
    "allowed": "feu vert|autorisé|autorisée|autorise|peux courir|peux recourir|peux reprendre|accord"
    "|droit de courir|ok pour courir|reprise autorisée",
    "cleared": "ai le feu vert|ai eu le feu vert|eu le feu vert",
    "seen": "en traitement|suis suivi|suis suivie|en rééducation",
    # --- grammar ---
    "no": "aucun|aucune|pas de|pas d|ni|n ai plus|n a plus|n y a plus|n est plus|n est plus du tout|nullement",
    "not": "pas|jamais|rien|ne fait plus|ne me fait plus",
    "without": "sans",
    "nay": "non",
    "light": "le|la|les|l|un|une|de|d|du|des|au|aux|à|a|en|dans|mon|ma|mes|eu|ai|j|je|me|m|y|il|elle|ça|c|est|suis"
    "|vraiment|tout|du tout|réellement|signe|signes|trace|sensation de|avec|été|ressenti|quand|lors|fait|non plus"
    "|autre|autres|particulier|spécial",
    "and": "et|puis|aussi",
    "or": "ou|ni",
    "but": "mais|sauf|car|parce|seulement|quoique|cependant|pourtant|juste|uniquement",
    "": "pas seulement|pas très|pas trop|pas si|pas sûr|pas sûre|pas grave|pas tellement|pas beaucoup|pas mal"
    "|pas encore sûr|pourquoi pas|me sens|se sent|me sentais|bon sens|sens unique|dans le sens|sens interdit"
    "|mal dormi|ai pas mal couru|mal couru|pas de changement|tout droit|contre le cancer|fréquence cardiaque"
    "|ceinture cardio|par cœur|bonne nuit|cette nuit|suis endormi|suis endormie|ça tombe bien|tombe bien|ça marche"
    "|marche bien|plus ou moins|parties de|suis allé courir|pas de chance|bien sûr|la boîte|boîte de|une boîte",
}
