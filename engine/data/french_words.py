"""The words of the small French grammar, with their English: nouns, adjectives, verbs, adverbs, prepositions."""

from dataclasses import dataclass

VOWELS = "aeiouhâàéèêîôœ"
"""Letters before which an article elides; every h of this lexicon is mute."""


def vocalic(word: str) -> bool:
    """Whether `word` begins with a vowel sound, so that le, la, ne and de lose theirs."""
    return word[0] in VOWELS


@dataclass(frozen=True)
class Noun:
    """Singular and plural in both languages, the gender (m or f), and whether it lives."""

    french: tuple[str, str]
    english: tuple[str, str]
    gender: str
    alive: bool = False


@dataclass(frozen=True)
class Adjective:
    """Its four French forms (m, f, m plural, f plural), the English one, and where and to what it goes.

    `before` the noun, as few do; `elided` is the masculine form before a vowel, where it has one; `moods` are
    only for what lives.
    """

    french: tuple[str, str, str, str]
    english: str
    before: bool = False
    elided: str = ""
    mood: bool = False

    def agreed(self, gender: str, plural: bool, following: str = "") -> str:
        """The form for a noun's gender and number, and for the word that follows."""
        if self.elided and gender == "m" and not plural and following and vocalic(following):
            return self.elided
        return self.french[2 * plural + (gender == "f")]


@dataclass(frozen=True)
class Verb:
    """Third person singular and plural, the English singular and base form, and a word that follows in English."""

    french: tuple[str, str]
    english: tuple[str, str]
    particle: str = ""


ALIVE = (
    Noun(("chat", "chats"), ("cat", "cats"), "m", True),
    Noun(("chien", "chiens"), ("dog", "dogs"), "m", True),
    Noun(("oiseau", "oiseaux"), ("bird", "birds"), "m", True),
    Noun(("cheval", "chevaux"), ("horse", "horses"), "m", True),
    Noun(("souris", "souris"), ("mouse", "mice"), "f", True),
    Noun(("vache", "vaches"), ("cow", "cows"), "f", True),
    Noun(("abeille", "abeilles"), ("bee", "bees"), "f", True),
    Noun(("homme", "hommes"), ("man", "men"), "m", True),
    Noun(("femme", "femmes"), ("woman", "women"), "f", True),
    Noun(("enfant", "enfants"), ("child", "children"), "m", True),
)
FOOD = (
    Noun(("pomme", "pommes"), ("apple", "apples"), "f"),
    Noun(("gâteau", "gâteaux"), ("cake", "cakes"), "m"),
    Noun(("œuf", "œufs"), ("egg", "eggs"), "m"),
)
THINGS = (
    Noun(("livre", "livres"), ("book", "books"), "m"),
    Noun(("fleur", "fleurs"), ("flower", "flowers"), "f"),
    Noun(("voiture", "voitures"), ("car", "cars"), "f"),
)
PLACES = (
    Noun(("maison", "maisons"), ("house", "houses"), "f"),
    Noun(("jardin", "jardins"), ("garden", "gardens"), "m"),
    Noun(("arbre", "arbres"), ("tree", "trees"), "m"),
    Noun(("école", "écoles"), ("school", "schools"), "f"),
)
NOUNS = ALIVE + FOOD + THINGS + PLACES

DRINKS = (("eau", "water", "f"), ("lait", "milk", "m"), ("thé", "tea", "m"), ("soupe", "soup", "f"))
DISHES = (("pain", "bread", "m"), ("fromage", "cheese", "m"), ("viande", "meat", "f"), ("herbe", "grass", "f"))

ADJECTIVES = (
    Adjective(("noir", "noire", "noirs", "noires"), "black"),
    Adjective(("blanc", "blanche", "blancs", "blanches"), "white"),
    Adjective(("gris", "grise", "gris", "grises"), "grey"),
    Adjective(("vert", "verte", "verts", "vertes"), "green"),
    Adjective(("rouge", "rouge", "rouges", "rouges"), "red"),
    Adjective(("étrange", "étrange", "étranges", "étranges"), "odd"),
    Adjective(("heureux", "heureuse", "heureux", "heureuses"), "happy", mood=True),
    Adjective(("triste", "triste", "tristes", "tristes"), "sad", mood=True),
    Adjective(("fatigué", "fatiguée", "fatigués", "fatiguées"), "tired", mood=True),
    Adjective(("affamé", "affamée", "affamés", "affamées"), "hungry", mood=True),
    Adjective(("petit", "petite", "petits", "petites"), "small", before=True),
    Adjective(("grand", "grande", "grands", "grandes"), "big", before=True),
    Adjective(("vieux", "vieille", "vieux", "vieilles"), "old", before=True, elided="vieil"),
    Adjective(("beau", "belle", "beaux", "belles"), "beautiful", before=True, elided="bel"),
)

FITTING = {alive: tuple(a for a in ADJECTIVES if alive or not a.mood) for alive in (True, False)}
"""The adjectives of what lives, and of what does not."""

MOVES = (
    Verb(("dort", "dorment"), ("sleeps", "sleep")),
    Verb(("court", "courent"), ("runs", "run")),
    Verb(("chante", "chantent"), ("sings", "sing")),
    Verb(("arrive", "arrivent"), ("arrives", "arrive")),
)
SENSES = (
    Verb(("voit", "voient"), ("sees", "see")),
    Verb(("aime", "aiment"), ("likes", "like")),
    Verb(("regarde", "regardent"), ("watches", "watch")),
    Verb(("cherche", "cherchent"), ("looks", "look"), "for"),
)
EAT = Verb(("mange", "mangent"), ("eats", "eat"))
DRINK = Verb(("boit", "boivent"), ("drinks", "drink"))

FREQUENCIES = (("souvent", "often"), ("toujours", "always"), ("parfois", "sometimes"))
"""After the verb in French, before it in English."""
MANNERS = (("vite", "fast"), ("bien", "well"), ("ici", "here"))
"""After the verb in both."""
PREPOSITIONS = (("dans", "in"), ("sous", "under"), ("derrière", "behind"), ("devant", "before"), ("près", "near"))
"""The last one wants a de behind it."""
