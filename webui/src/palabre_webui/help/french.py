"""Les questions et les réponses, en français. Du texte simple ; une ligne vide commence un paragraphe."""

from __future__ import annotations

import re

from palabre_webui.modules import HelpQuestion as Q
from palabre_webui.modules import HelpSection

SECTIONS = (
    HelpSection(
        "general",
        "Généralités",
        (
            Q(
                "what-is-it",
                "Qu'est-ce que c'est ?",
                "Un lieu de réunion dans le navigateur : on ouvre un lien, on se voit et on s'entend, on lève la main, on reçoit la parole, on écrit dans le chat et on montre son écran. Il n'y a rien à installer.",
            ),
            Q(
                "need-account",
                "Me faut-il un compte ?",
                "Pour participer à une réunion, non : le lien suffit. Pour planifier des réunions et inviter des personnes, oui. Choisissez Créer un compte, donnez votre nom et votre adresse, et suivez le lien reçu par e-mail ; vous y choisirez un mot de passe.",
            ),
            Q(
                "which-browsers",
                "Quels navigateurs conviennent ?",
                "Chrome, Edge, Firefox et Safari des deux dernières années, sur ordinateur, tablette ou téléphone. Si la page dit que votre navigateur est trop ancien, mettez-le à jour ou essayez-en un autre.",
            ),
            Q(
                "what-equipment",
                "De quoi ai-je besoin ?",
                "D'un appareil avec un navigateur et d'une connexion à Internet. Un micro pour être entendu, une caméra pour être vu : les deux sont bienvenus, aucun n'est obligatoire. Un casque évite l'écho à tout le monde.\n\nVous pouvez tout essayer avant : /equipment",
            ),
            Q(
                "price",
                "Combien coûte la participation ?",
                "Rien. Les frais éventuels sont pour la personne qui organise la réunion.",
            ),
            Q(
                "privacy",
                "Qui peut me voir et m'entendre ?",
                "Seulement les personnes présentes dans la salle. L'image, le son et le texte passent par le serveur de la personne qui gère ce site, et par aucune autre entreprise. En chemin, ils sont chiffrés.",
            ),
            Q(
                "my-data",
                "Que garde-t-on de moi, et comment l'effacer ?",
                "Votre nom, votre adresse, vos contacts, les réunions que vous avez planifiées et qui y était. Dans Mon compte, vous pouvez télécharger tout ce qui vous concerne, et fermer le compte : contacts et brouillons sont alors supprimés aussitôt.",
            ),
            Q(
                "change-language",
                "Comment changer de langue ?",
                "En haut à droite de chaque page, ou dans Mon compte, où ce choix vaut aussi pour les messages que vous recevez.",
            ),
            Q(
                "password-forgotten",
                "J'ai oublié mon mot de passe.",
                "Sur la page Se connecter, choisissez Mot de passe oublié ? et écrivez votre adresse. Nous vous envoyons un lien pour en choisir un nouveau. Il est valable deux heures, et vous serez alors déconnecté partout.",
            ),
            Q(
                "second-step",
                "Comment mieux protéger mon compte ?",
                "Dans Mon compte, mettez en place la deuxième étape : en plus du mot de passe, un code d'une application de votre téléphone est demandé. Gardez les dix codes de secours là où vous les trouverez sans le téléphone.",
            ),
        ),
    ),
    HelpSection(
        "planning",
        "Planifier une réunion",
        (
            Q(
                "plan",
                "Comment planifier une réunion ?",
                "Choisissez Réunions, puis Planifier une réunion. Donnez-lui un nom, choisissez le jour, l'heure et la durée prévue, notez qui vient, et appuyez sur Planifier la réunion. Le récapitulatif à côté du formulaire dit ce qui se passera. Ce que vous tapez est gardé comme brouillon : vous pouvez partir et revenir.",
            ),
            Q(
                "start-now",
                "Puis-je démarrer une réunion tout de suite ?",
                "Oui : Réunions, puis Démarrer maintenant. La réunion est ouverte à l'instant, et sa page montre un lien à transmettre.",
            ),
            Q(
                "invite",
                "Comment inviter des personnes ?",
                "Dans le formulaire, sous Participants : tapez une adresse, ou un nom et une adresse, et appuyez sur Entrée. Vous pouvez aussi coller toute une liste, ou choisir un fichier de votre tableur avec les colonnes nom, e-mail et rôle. Les lignes illisibles restent dans le champ pour que vous les corrigiez ; les autres sont conservées.",
            ),
            Q(
                "how-many",
                "Combien de personnes puis-je inviter ?",
                "Autant que vous voulez. Les tailles S, M, L et XL disent pour combien de personnes dans la salle le son et l'image restent fluides.",
            ),
            Q(
                "presenter",
                "Qu'est-ce qu'un animateur ?",
                "Une personne qui conduit la réunion avec vous : les animateurs donnent et reprennent la parole, font entrer, coupent un micro, verrouillent la salle et terminent la réunion. Choisissez le rôle de chacun dans la liste. Vous en êtes toujours un.",
            ),
            Q(
                "which-mails",
                "Quels messages reçoivent les invités ?",
                "Vous choisissez, et les choix s'ajoutent : une invitation dès la planification, des rappels de 1 minute à 4 heures avant le début, et un message au début. Chacun est dans la langue de son lecteur, avec un lien personnel, et l'invitation inscrit la réunion dans son agenda.",
            ),
            Q(
                "time-zones",
                "Nous vivons dans plusieurs fuseaux horaires. Que lisent les invités ?",
                "Dans le formulaire, vous choisissez le fuseau de la réunion et, avec … à côté d'une personne, celui où elle se trouve. L'invitation donne le début dans les deux, et le récapitulatif vous le montre. Les agendas l'affichent dans le fuseau de leur propriétaire.",
            ),
            Q(
                "clock-change",
                "Que se passe-t-il au changement d'heure ?",
                "Une réunion répétée garde son heure à l'horloge. Si vous choisissez une heure qui n'existe pas cette nuit-là, ou qui vient deux fois, le formulaire le dit et vous laisse choisir.",
            ),
            Q(
                "repeat",
                "Comment planifier une réunion qui se répète ?",
                "Dans le formulaire, choisissez tous les jours, toutes les semaines ou tous les mois, et combien de fois ou jusqu'à quand. La page de la réunion montre chaque séance : on peut en déplacer ou en annuler une sans toucher aux autres.",
            ),
            Q(
                "public-link",
                "Qu'est-ce qu'un lien public ?",
                "Un lien que l'on peut donner à n'importe qui, en plus des liens personnels. Qui l'a peut venir. S'il est tombé entre de mauvaises mains, renouvelez-le sur la page de la réunion : l'ancien ne mène plus nulle part.",
            ),
            Q(
                "wait-for-presenter",
                "Puis-je faire attendre les invités jusqu'à mon arrivée ?",
                "Oui : cochez Les invités attendent un animateur. Ils patientent à l'entrée, lisent pourquoi, et entrent d'eux-mêmes dès qu'un animateur est dans la salle.",
            ),
            Q(
                "change-meeting",
                "Quelque chose a changé. Les invités l'apprennent-ils ?",
                "Modifiez la réunion. Si le changement concerne les invités, comme un autre horaire, nous vous demandons s'il faut les prévenir ; le message déplace alors aussi l'entrée de leur agenda.",
            ),
            Q(
                "cancel",
                "Comment annuler une réunion ?",
                "Sur sa page : Annuler la réunion. Vous choisissez si les invités sont prévenus. Leurs liens disent ensuite que la réunion a été annulée.",
            ),
            Q(
                "not-arrived",
                "Un invité dit n'avoir rien reçu.",
                "Regardez la page de la réunion : à côté de chaque invité figure ce qui a été envoyé et quand, si le lien a été ouvert, et pourquoi un message est revenu. Corrigez l'adresse avec Modifier, ou choisissez Renvoyer.",
            ),
            Q(
                "copy",
                "Puis-je planifier une réunion semblable ?",
                "Oui : sur sa page, choisissez En planifier une semblable. Tout est repris, sauf le début.",
            ),
            Q(
                "contacts",
                "Comment garder les adresses des personnes que j'invite souvent ?",
                "Dans Contacts, une par une, ou importées d'un autre logiciel en CSV ou vCard. Elles sont proposées pendant que vous tapez la liste des participants. Sur la page d'une réunion, un clic suffit pour garder un invité.",
            ),
        ),
    ),
    HelpSection(
        "joining",
        "Participer",
        (
            Q(
                "join",
                "Comment rejoindre une réunion ?",
                "Ouvrez le lien de votre invitation, donnez votre nom, choisissez caméra et micro, et appuyez sur Rejoindre. Si vous n'avez qu'un code, choisissez Rejoindre avec un code ou un lien sur la première page.",
            ),
            Q(
                "too-early",
                "La page dit que la réunion n'a pas commencé.",
                "Vous êtes là avant le début. Laissez la page ouverte : vous entrerez de vous-même quand elle commencera.",
            ),
            Q(
                "waiting",
                "J'attends à l'entrée.",
                "La réunion attend un animateur, ou elle est verrouillée et un animateur doit vous faire entrer. La page dit lequel des deux. Laissez-la ouverte : vous entrerez de vous-même.",
            ),
            Q(
                "link-dead",
                "Mon lien ne fonctionne pas.",
                "Vérifiez qu'il a été copié en entier. Un lien ne mène plus nulle part quand la réunion est terminée ou annulée, quand il a été renouvelé, ou quand vous avez été retiré de la liste. Demandez-en un nouveau à la personne qui vous a invité.",
            ),
            Q(
                "camera-microphone",
                "La caméra ou le micro ne fonctionne pas.",
                "Le navigateur demande si ce site peut les utiliser : choisissez Autoriser. Si vous aviez refusé, appuyez sur le cadenas ou la caméra dans la barre d'adresse, autorisez les deux et rechargez la page.\n\nUn autre logiciel utilise peut-être la caméra : fermez-le. Vous pouvez aussi participer sans, pour voir, entendre et écrire.",
            ),
            Q(
                "microphone-settings",
                "Mon micro fonctionne-t-il ? Lequel est utilisé ?",
                "Essayez-le ici : lancez le test, autorisez le micro, et parlez. Si les barres bougent, on vous entend. Sinon, choisissez un autre micro dans la liste et vérifiez qu'il n'est pas coupé par son propre bouton.",
            ),
            Q(
                "no-sound",
                "Je n'entends rien.",
                "Regardez si le volume de l'appareil est monté et si le bon haut-parleur est choisi : dans la salle, sous Plus, Son, image et réglages. Essayer le son permet de vérifier. Si la page affiche Cliquer pour entendre, cliquez : certains navigateurs attendent cela.",
            ),
            Q(
                "network-blocked",
                "Le réseau de mon entreprise ne laisse rien passer.",
                "Ouvrez /equipment : la page essaie tous les chemins l'un après l'autre et dit lequel est bloqué. Si c'est le cas, elle écrit la phrase pour l'administrateur de votre réseau, avec les ports et les adresses. Un autre réseau, celui d'un téléphone par exemple, aide tout de suite.",
            ),
            Q(
                "on-telephone",
                "Cela marche-t-il sur un téléphone ?",
                "Oui, dans son navigateur, avec le même lien. Gardez l'écran allumé ; si vous passez à une autre application, l'image peut s'arrêter, et elle revient avec vous.",
            ),
        ),
    ),
    HelpSection(
        "in-the-meeting",
        "Pendant la réunion",
        (
            Q(
                "mute",
                "Comment allumer et couper le micro et la caméra ?",
                "Avec les deux boutons du bas, ou les touches m et v. Tant que vous tenez la barre d'espace, le micro est ouvert.",
            ),
            Q(
                "raise-hand",
                "Comment demander la parole ?",
                "Appuyez sur Lever la main, ou sur la touche h. Les animateurs voient qui a demandé, dans l'ordre. Quand les invités ne parlent qu'avec la parole, votre micro peut s'ouvrir dès qu'un animateur vous la donne.",
            ),
            Q(
                "give-floor",
                "Comment donner la parole à quelqu'un ?",
                "En tant qu'animateur, ouvrez Participants : les personnes qui demandent la parole sont en haut, dans l'ordre. Appuyez sur Donner la parole ; on la reprend au même endroit.",
            ),
            Q(
                "share-screen",
                "Comment montrer mon écran ?",
                "Appuyez sur Montrer l'écran et choisissez une fenêtre, un onglet ou tout l'écran. Pour un onglet, cochez la case qui transmet aussi le son. Les téléphones ne peuvent pas montrer leur écran : cela dépend de leurs navigateurs.",
            ),
            Q(
                "chat",
                "Où puis-je écrire ?",
                "Ouvrez le chat, ou appuyez sur c. Toutes les personnes de la salle lisent ce que vous écrivez, sauf si vous choisissez animateurs seulement.",
            ),
            Q(
                "echo",
                "Il y a de l'écho.",
                "Le micro de quelqu'un entend un haut-parleur. Deux appareils dans une même pièce en sont la cause habituelle : n'en gardez qu'un, ou prenez des casques. Les animateurs peuvent couper le micro en question.",
            ),
            Q(
                "bad-connection",
                "L'image ou le son saccade.",
                "Regardez la marque de votre connexion en bas à gauche : elle dit ce qui ne va pas et ce qui aide. Coupez votre caméra, rapprochez-vous de la box, ou branchez un câble. Sous Plus, Reconnecter le son rétablit le son.",
            ),
            Q(
                "lost-connection",
                "J'ai été éjecté.",
                "Si la connexion s'est coupée, laissez la page ouverte : elle revient d'elle-même et vous gardez votre place. Si la page est fermée, rouvrez le lien.",
            ),
            Q(
                "remove",
                "Quelqu'un dérange. Que puis-je faire ?",
                "En tant qu'animateur, coupez son micro dans la liste des participants, ou faites sortir la personne : elle ne pourra revenir que si un animateur la laisse entrer. Vous pouvez aussi verrouiller la salle.",
            ),
            Q(
                "end",
                "Comment une réunion se termine-t-elle ?",
                "Un animateur choisit Quitter, puis Terminer pour tous ; ou vous appuyez sur Arrêter la réunion sur sa page. Elle se termine aussi d'elle-même quand tout le monde est parti depuis dix minutes.",
            ),
            Q(
                "attendance",
                "Qui était là ?",
                "Sur la page de la réunion, choisissez Qui était là : chaque personne avec son heure d'arrivée et de départ et sa durée de présence, aussi en fichier pour votre tableur.",
            ),
            Q(
                "shortcuts",
                "Y a-t-il des touches pour tout ?",
                "Oui. Dans la salle, appuyez sur le point d'interrogation, ou Plus, Raccourcis clavier. Toutes les pages s'utilisent au clavier et avec un lecteur d'écran.",
            ),
        ),
    ),
)


def in_type(sections: tuple[HelpSection, ...]) -> tuple[HelpSection, ...]:
    """Les mêmes, avec des espaces insécables devant la ponctuation double : aucun « ? » ne commence une ligne."""
    return tuple(
        HelpSection(
            section.id,
            section.title,
            tuple(Q(one.id, _kept(one.question), _kept(one.answer)) for one in section.questions),
        )
        for section in sections
    )


def _kept(text: str) -> str:
    return re.sub(" (?=[?!;:])", "\N{NO-BREAK SPACE}", text)
