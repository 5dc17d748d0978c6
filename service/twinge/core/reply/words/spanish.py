"""Spanish. Without accents año is ano: a word that is only told from another by its accent is left out."""

from typing import Final

FILLERS: Final = "el la los las un una mis este esta esa ese de del al tu mucho muy"

LONG: Final = (
    "pinchazo punzada calambre calambres esguince sobrecarga irradia hormiguea entumecido entumecida entumecimiento "
    "adormecido adormecida adormecimiento acorchado insensible debilidad cojeando renqueando agujetas agarrotado "
    "ampolla ampollas glúteos piriforme aductor aductores isquiotibial isquiotibiales cuádriceps rodillas "
    "pantorrilla pantorrillas espinilla espinillas periostitis aquiles tobillo tobillos metatarso lumbares lumbago "
    "incontinencia incontinente esfínter entrepierna perineo testículos escalofríos infarto desmayo desmayado "
    "desmayada hinchado hinchada hinchazón inflamado inflamación fisioterapeuta traumatólogo"
)

CARRIER: Final = {
    "stop": "alto|parar|baja|cancelar|detener|desuscribir|desuscribirme|darme de baja|dame de baja|basta",
    "help": "ayuda",
    "polite": "por favor|porfa|porfavor|gracias|hola",
    "opt_out": "no más mensajes|no mas sms|no quiero mensajes|no quiero más mensajes|no quiero recibir"
    "|no me escribas|no me escriban|no me mandes mensajes|no me mandes más|no me manden mensajes|no me manden más"
    "|no me envíes mensajes|no me envíes más|no me envíen mensajes|no me envíen más|deja de escribirme"
    "|dejen de escribirme|dejad de escribirme|deja de enviarme|dejen de enviarme|dejad de enviarme|deja de mandarme"
    "|dejen de mandarme|deja de mandar mensajes|deja de enviar mensajes|dejen de enviar mensajes|dame de baja"
    "|darme de baja|denme de baja|dadme de baja|darse de baja|cancelar suscripción|cancela mi suscripción"
    "|cancelar mi suscripción|déjame en paz|dejadme en paz|déjenme en paz|bórrame de|borra mi número"
    "|elimina mi número|parar mensajes|para los mensajes|basta de mensajes|quítame de la lista",
    "limit": "noche|hasta|antes|después|hoy|mañana|semana|finde|este mes|tantos|tantas|tan a menudo|mientras|cuando"
    "|carrera|laboral|trabajo|gimnasio|médica",
    "": "no parar|no me des de baja|no quiero darme de baja|no dejes de",
}

COMMANDS: Final = {
    "ok": "vale|gracias|muchas gracias|entendido|listo|de acuerdo|perfecto|perfecta|bien|muy bien|genial|claro"
    "|bueno|recibido|leído|okey|está bien|así lo haré|lo haré|oído|mil gracias|hecho",
    "why": "por qué|porque|porqué|xq|pq|por qué esto|explica|explícame|motivo|razón|y por qué",
    "status": "estado|mi estado|resumen|cómo voy|situación",
    "mute": "silenciar|silencia|silencio|callar|mute",
    "unmute": "unmute|reactivar|reactiva|desilenciar|quitar silencio|activar",
    "snooze": "pausa|pausar|posponer|aplazar|pospón|descanso|snooze",
    "cleared": "tengo el alta|alta médica|ya tengo el alta|me dieron el alta|me han dado el alta",
    "day": "d|día|días",
    "week": "semana|semanas|sem",
    "month": "mes|meses",
    "hour": "h|hora|horas",
    "polite": "por favor|porfa|hola|por|de|un|una|la|el|los|esta|este|mensajes|regla|durante|a ti|todo|ya|pues|tío|eso",
}

NUMBERS: Final = {
    "0": "cero",
    "article": "un|una",
    "1": "uno",
    "2": "dos",
    "3": "tres",
    "4": "cuatro",
    "5": "cinco",
    "6": "seis",
    "7": "siete",
    "8": "ocho",
    "9": "nueve",
    "10": "diez",
    "of": "de|sobre",
    "now": "ahora|hoy|actualmente|sigue|todavía|aún",
    "unit": "km|kms|kilómetro|kilómetros|m|metro|metros|seg|segundos|año|años|veces|vez|kg|kilos|series|vueltas"
    "|repeticiones|pasos|piernas|pies|rodillas|carreras",
    "minute": "min|mins|minuto|minutos",
    "hour": "h|hora|horas",
    "day": "día|días|noches",
    "week": "semana|semanas",
    "month": "mes|meses",
    "counted": "km|kilómetro|día|semana|etapa|fase|zona|talla|tras|desde|hace|corrí|corrido|hice|cada|hasta|después"
    "|las|últimos|últimas",
    "aside": "solo|otra|vez|es|está|un|una|el|la|los|las|de|en|más|menos|o|y|creo|diría|unos|como|casi"
    "|aproximadamente|quizás|por|favor|gracias|nivel|mi|al|del|lado|parte|aquí|pues|que|vale|mucho|poco|algo|me"
    "|siento|estoy|va|muy|ha|se|lo|ya|a|interior|exterior|delantera",
}

STORY: Final = {
    # --- pain, and how it goes ---
    "pain": "dolor|dolores|dolorcillo|duele|duelen|dolía|dolió|doler|doliendo|dolorido|dolorida|doloridos|adolorido"
    "|adolorida|doloroso|dolorosa|molestia|molestias|molesta|molestando|pinchazo|pinchazos|pincha|punzada|punzadas"
    "|tirón|tirones|calambre|calambres|lesión|lesionado|lesionada|lesionarme|me lesioné|quemazón|arde|escuece|ay"
    "|me hice daño|esguince|torcedura|torcido|torcida|me torcí|contractura|sobrecarga|dolor débil|dolo|duelle",
    "painless": "sin dolor|sin molestias|no siento dolor|indoloro|nada de dolor|ningún dolor",
    "gone": "se fue|se ha ido|se me fue|se me ha ido|ido|desaparecido|desapareció|se pasó|se me pasó"
    "|se me ha pasado|se ha pasado|curado|curada|recuperado|recuperada|se quitó|se me quitó|se me ha quitado"
    "|se ha quitado|ya pasó",
    "fine": "bien|perfecto|perfecta|normal|como nueva|como nuevo|genial|sin problema|sin problemas|estupendo"
    "|de maravilla",
    "better": "mejor|mejorando|mejoró|mejora|mejorado|menos dolor|duele menos|aliviado|aliviada|menos|no tanto"
    "|más suave",
    "worse": "peor|empeora|empeoró|empeorando|empeorado|más dolor|duele más|más fuerte|va a más",
    "longer": "cuanto más corro|cuanto más|a medida que corro|según corro|con los kilómetros|al seguir corriendo"
    "|cada kilómetro|mientras más corro",
    "during": "corriendo|al correr|mientras corro|mientras corría|durante|durante la carrera|cuando corro|en el km"
    "|en el kilómetro|a mitad de",
    "after": "después de correr|tras correr|después de entrenar|tras la carrera|después de la carrera|después"
    "|al terminar|luego de correr|después del entreno|después del entrenamiento",
    "next_morning": "a la mañana siguiente|mañana siguiente|al día siguiente|día siguiente|esta mañana|al despertar"
    "|al levantarme|por la mañana|día después|al despertarme",
    # --- what goes with it ---
    "radiating": "irradia|irradiado|irradiando|irradiación|irradiar|baja por la pierna|baja por|baja hasta"
    "|baja a la pierna|me baja|por toda la pierna|hasta el pie|hasta la pantorrilla|hasta los dedos"
    "|hasta el tobillo|se extiende|ciática|ciático|corre por la pierna|recorre la pierna|pierna abajo|por la pierna",
    "tingling": "hormigueo|hormigueos|hormiguea|ormigueo|cosquilleo|cosquilleos|hormigas|corrientes|descarga"
    "|descargas|calambrazo|calambrazos",
    "numb": "entumecido|entumecida|entumecidos|entumecidas|entumecimiento|adormecido|adormecida|adormecidos"
    "|adormecidas|adormecimiento|dormida|dormidas|dormidos|pie dormido|se me duerme|se me duermen|se me ha dormido"
    "|se me durmió|se duerme|acorchado|acorchada|acorchados|acorchamiento|insensible|pérdida de sensibilidad"
    "|sin sensibilidad|no tengo sensibilidad|sin sentir|sensibilidad perdida|he perdido sensibilidad"
    "|perdido la sensibilidad|perdí la sensibilidad|poca sensibilidad|menos sensibilidad",
    "feel": "siento|sentir|sentía|noto|me siento las piernas|me siento la pierna|me siento el pie"
    "|me siento los pies|tengo sensibilidad",
    "weak": "débil|débiles|debilidad|sin fuerza|sin fuerzas|no tengo fuerza|pérdida de fuerza|me falla"
    "|se me va la pierna|floja|flojera|flaquea|cede|se me dobla|parálisis",
    "limp": "cojear|cojeo|cojea|cojeando|cojera|voy cojo|voy coja|ando cojo|ando coja|coja|renqueo|renqueando"
    "|renqueante|cojeé",
    "walking": "caminar|camino|camina|caminando|andar|andando|ando",
    "walked": "caminé|anduve|caminado|andado|paseé|paseado|paseo|caminata",
    "sitting": "sentado|sentada|sentarme|sentarse|sentar|conduciendo|silla|conducir",
    "stairs": "escaleras|escalera|escalones|escalón|peldaños",
    "night": "noche|noches|nocturno|nocturna|me despierta|en reposo|en la cama|al dormir|dormir|tumbado|tumbada"
    "|acostado|acostada",
    "spot": "un punto|punto concreto|punto exacto|punto fijo|un solo punto|al presionar|al apretar|al tocar"
    "|en el hueso|hueso|punta del dedo|dolor puntual|puntual",
    "sore": "agujetas|agarrotado|agarrotada|agarrotados|agarrotadas|rígido|rígida|rigidez|cargado|cargada|cargados"
    "|cargadas|piernas cansadas|piernas pesadas|tenso|tensa|dolor muscular",
    "stitch": "flato|dolor de costado|punzada en el costado|dolor en el costado",
    "blister": "ampolla|ampollas|rozadura|rozaduras",
    # --- where ---
    "buttock": "nalga|nalgas|glúteo|glúteos|trasero|culo|piriforme|piramidal|pompis",
    "hip": "cadera|caderas",
    "groin": "ingle|ingles|aductor|aductores|pubis",
    "hamstring": "isquio|isquios|isquiotibial|isquiotibiales|femoral|bíceps femoral|parte de atrás del muslo"
    "|parte trasera del muslo|detrás del muslo|corva",
    "quad": "cuádriceps|cuadricep|cuádricep|parte delantera del muslo",
    "knee": "rodilla|rodillas|rodila|rótula|rrodilla|rodiya",
    "calf": "gemelo|gemelos|pantorrilla|pantorrillas|sóleo",
    "shin": "espinilla|espinillas|tibia|tibias|periostitis|canilla",
    "achilles": "aquiles|tendón de aquiles|talón de aquiles",
    "ankle": "tobillo|tobillos|tobilo",
    "heel": "talón|talones",
    "foot": "pie|pies|planta|planta del pie|empeine|fascia|metatarso|pie caído|pie dormido",
    "toe": "dedo del pie|dedos del pie|dedos de los pies|dedo gordo|dedo pequeño|dedo",
    "back": "espalda|lumbar|lumbares|lumbago|riñones|zona lumbar|sacro|coxis|columna|cintura",
    "thigh": "muslo|muslos",
    "vague_other": "hombro|cuello|brazo|codo|muñeca|mano|manos|costilla|costillas|barriga|estómago|cabeza|abdomen"
    "|cintilla",
    "left": "izquierda|izquierdo|izquierdas|izquierdos|izq|izda|izdo|isquierda|isquierdo",
    "right": "derecha|derecho|derechas|derechos|dcha|dcho|der",
    "both": "ambos|ambas|los dos|las dos|bilateral",
    "leg": "pierna|me siento la pierna",
    "legs": "piernas|me siento las piernas",
    "both_legged": "ambas piernas|las dos piernas|ambos pies|los dos pies|dos piernas",
    # --- red flags, and what makes one together ---
    "bladder_bowel": "incontinencia|incontinente|me hago pis|me hice pis|me meo|me meé|me he meado|me orino encima"
    "|me oriné|se me escapa el pis|se me escapa la orina|retención de orina|escapes de orina|pérdidas de orina"
    "|me hago encima|me hice caca",
    "bladder": "vejiga|orina|orinar|orino|pis|hacer pis|mear|pipí|esfínter|esfínteres|intestino|intestinos|caca"
    "|defecar|heces|ir al baño|evacuar|hacer caca|hacer de vientre",
    "toilet": "baño|váter",
    "lost": "pierdo el control|perdido el control|perdí el control|no controlo|no controla|sin control|no aguanto"
    "|escapes|se me escapa|pérdidas|no retengo|pérdida de control|retención|control perdido|no tengo control"
    "|ningún control",
    "trouble": "no sale|no me sale|no funciona|no va bien|problema|problemas|dificultad|dificultades|me cuesta"
    "|cuesta|raro|rara",
    "can": "puedo|pude|podía|podido|puede|consigo|logro",
    "cannot": "incapaz|imposible|apenas puedo|casi no puedo",
    "stand": "apoyar|apoyo|apoyarme|pisar|cargar peso|poner peso|estar de pie|ponerme de pie|sostenerme|levantarme"
    "|mantenerme de pie",
    "no_weight": "no aguanto de pie|no me sostiene|no soporta mi peso|no aguanta mi peso|no aguanta el peso",
    "lift_foot": "levantar el pie|mover el pie|mover los dedos|levantar los dedos|mover la pierna|mover las piernas"
    "|levantar la pierna",
    "saddle": "entre las piernas|entre mis piernas|entre piernas|genitales|genital|zona genital|partes íntimas"
    "|zona íntima|entrepierna|perineo|periné|zona anal|pene|vagina|vulva|testículos|silla de montar"
    "|cara interna del muslo",
    "slap": "golpea|arrastro|arrastra|arrastrando|chancletea|cuelga",
    "foot_drop": "pie caído|se me cae el pie|arrastro el pie|arrastrando el pie|tropiezo con el pie"
    "|cada vez más débil|cada vez más débiles|más débil cada|perdiendo fuerza|pierdo fuerza|cada vez menos fuerza",
    "fall": "caí|me caí|caída|me he caído|caerme|choqué con|choqué contra|un choque|accidente|atropellado"
    "|atropellada|atropelló|atropello|tropecé|me di un golpe|golpe fuerte|me estrellé",
    "fever": "fiebre|febril|escalofríos|calentura|décimas",
    "unwell": "muy enfermo|muy enferma|enfermo|enferma|gripe|fatal",
    "chest": "pecho|corazón|tórax|esternón",
    "pressure": "presión|opresión|opresivo|aprieta|pesadez",
    "chest_pain": "infarto|no puedo respirar|dolor torácico|opresión torácica",
    "faint": "desmayé|desmayo|desmayado|desmayada|desmayar|perdí el conocimiento|perdido el conocimiento"
    "|perdí la conciencia|pérdida de conocimiento|inconsciente|desvanecí|síncope|colapsé",
    "swollen": "hinchado|hinchada|hinchados|hinchadas|hinchazón|inflamado|inflamada|inflamación|hincha",
    "cancer": "cáncer|tumor|tumores|quimio|quimioterapia|metástasis|oncólogo",
    "weight_loss": "pérdida de peso|perdido peso|pierdo peso|perdiendo peso|adelgazado sin",
    # --- who looks after it ---
    "care": "he ido|fui|voy al|voy a|estoy con|estuve|he visto|vi al|me ve|me trata|me está tratando|me está viendo"
    "|en tratamiento|dice|dijo|cita|visité|consulté|me vio|me ha visto|ya con|visto por",
    "clinician": "médico|médica|doctor|doctora|fisio|fisioterapeuta|traumatólogo|trauma|especialista|hospital"
    "|urgencias|clínica|osteópata|podólogo",
    "coach": "entrenador|entrenadora|coach",
    "allowed": "alta|luz verde|permiso|puedo correr|puedo volver a correr|me deja correr|autorizado|autorizada"
    "|visto bueno|ya puedo correr",
    "cleared": "alta médica|me dieron el alta|me han dado el alta|tengo el alta|me dio el alta|me ha dado el alta",
    "seen": "en tratamiento|me están tratando|me está tratando|me está viendo",
    # --- grammar ---
    "no": "ningún|ninguna|ninguno|nada de",
    "not": "no|ni|nunca|jamás|nada|tampoco|ya no",
    "without": "sin",
    "light": "el|la|los|las|un|una|me|se|lo|le|te|mi|mis|he|ha|han|tengo|tiene|tenía|tenido|hay|es|está|estoy|en|de"
    "|del|al|a|con|más|ya|ha habido|habido|noto|notado|tipo|señal|señales|signos|realmente|de verdad|hecho|tan|esa"
    "|ese|eso|cuando|son|están",
    "and": "y|e|además|luego",
    "or": "o|u|ni",
    "but": "pero|aunque|sino|porque|pues|solo|sólo|excepto|salvo",
    "": "no solo|no tan|no muy|no mucho|no sé|no del todo|por qué no|me siento|lo siento|me sentí|me sentía"
    "|hay problema|no hay problema|banda de pecho|frecuencia|contra el cáncer|buenas noches|esta noche"
    "|quedé dormida|quedé dormido|camino de|camino a|trabajo duro|puedo hablar|días malos|me sentó|buena suerte"
    "|noto mejoría|noto mejor|en pie|mejor que nunca",
}
