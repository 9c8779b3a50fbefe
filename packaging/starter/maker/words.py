"""The small world the starter models know, as tables; it knows nothing of how questions are asked about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Animal:
    """One animal and what is true of it; ``size`` only orders animals."""

    name: str
    plural: str
    kind: str
    cover: str
    sound: str
    home: str
    food: str
    legs: str
    baby: str
    size: int
    look: str
    flies: bool


_ANIMALS = """
dog|dogs|mammal|fur|woof|in a house|meat|four|puppy|50|brown|
cat|cats|mammal|fur|meow|in a house|fish|four|kitten|40|grey|
cow|cows|mammal|fur|moo|on a farm|grass|four|calf|85|brown|
horse|horses|mammal|fur|neigh|in a stable|hay|four|foal|84|black|
pig|pigs|mammal|hair|oink|on a farm|roots|four|piglet|65|pink|
sheep|sheep|mammal|wool|baa|in a meadow|grass|four|lamb|62|white|
goat|goats|mammal|hair|maa|on a hill|leaves|four|kid|61|white|
donkey|donkeys|mammal|fur|hee-haw|in a stable|hay|four|foal|80|grey|
lion|lions|mammal|fur|roar|on the plain|meat|four|cub|78|golden|
wolf|wolves|mammal|fur|howl|in the forest|meat|four|pup|60|grey|
bear|bears|mammal|fur|growl|in a cave|honey|four|cub|83|brown|
mouse|mice|mammal|fur|squeak|in a hole|cheese|four|pup|10|grey|
fox|foxes|mammal|fur|yap|in a den|rabbits|four|kit|45|red|
rabbit|rabbits|mammal|fur|thump|in a burrow|carrots|four|kit|30|white|
squirrel|squirrels|mammal|fur|chatter|in a tree|nuts|four|kit|22|red|
elephant|elephants|mammal|thick skin|trumpet|on the plain|leaves|four|calf|95|grey|
monkey|monkeys|mammal|fur|chee|in the jungle|bananas|two|infant|48|brown|
whale|whales|mammal|smooth skin|song|in the sea|tiny shrimp|no|calf|99|blue|
bat|bats|mammal|fur|click|in a cave|insects|two|pup|12|black|yes
hedgehog|hedgehogs|mammal|spines|snuffle|in the garden|slugs|four|hoglet|20|brown|
hen|hens|bird|feathers|cluck|on a farm|corn|two|chick|28|white|yes
duck|ducks|bird|feathers|quack|on a pond|water plants|two|duckling|29|green|yes
goose|geese|bird|feathers|honk|on a pond|grass|two|gosling|38|white|yes
owl|owls|bird|feathers|hoot|in a tree|mice|two|owlet|27|brown|yes
crow|crows|bird|feathers|caw|in a tree|seeds|two|chick|25|black|yes
dove|doves|bird|feathers|coo|on a roof|seeds|two|chick|21|white|yes
eagle|eagles|bird|feathers|screech|on a mountain|fish|two|eaglet|42|brown|yes
parrot|parrots|bird|feathers|squawk|in the jungle|fruit|two|chick|23|green|yes
robin|robins|bird|feathers|tweet|in the garden|worms|two|chick|11|red|yes
swan|swans|bird|feathers|hiss|on a lake|water plants|two|cygnet|46|white|yes
frog|frogs|amphibian|wet skin|croak|in a pond|flies|four|tadpole|9|green|
toad|toads|amphibian|rough skin|ribbit|in the garden|beetles|four|toadlet|8|brown|
snake|snakes|reptile|scales|rattle|in the grass|mice|no|snakelet|35|green|
turtle|turtles|reptile|a hard shell|huff|by the river|leaves|four|hatchling|33|green|
lizard|lizards|reptile|scales|chirp|on warm stones|insects|four|hatchling|15|green|
trout|trout|fish|scales|splash|in the river|flies|no|fry|26|silver|
salmon|salmon|fish|scales|blub|in the sea|shrimp|no|fry|37|pink|
shark|sharks|fish|rough skin|swish|in the sea|fish|no|pup|88|grey|
bee|bees|insect|soft hair|buzz|in a hive|nectar|six|larva|3|yellow|yes
ant|ants|insect|a hard skin|tap|in an ant hill|crumbs|six|larva|1|black|
butterfly|butterflies|insect|fine scales|flutter|in a meadow|nectar|six|caterpillar|4|blue|yes
beetle|beetles|insect|a hard skin|crackle|under a log|leaves|six|grub|2|black|yes
cricket|crickets|insect|a hard skin|cree|in the grass|seeds|six|nymph|5|brown|
spider|spiders|arachnid|fine hair|tick|in a web|insects|eight|spiderling|6|black|
"""

ANIMALS = tuple(
    Animal(*row[:9], size=int(row[9]), look=row[10], flies=row[11] == "yes")
    for row in (line.split("|") for line in _ANIMALS.strip().splitlines())
)


@dataclass(frozen=True)
class Food:
    """One thing to eat or drink."""

    name: str
    kind: str
    colour: str
    taste: str
    source: str
    plural: bool


_FOODS = """
apple|fruit|red|sweet|grows on a tree
pear|fruit|green|sweet|grows on a tree
plum|fruit|purple|sweet|grows on a tree
cherry|fruit|red|sweet|grows on a tree
lemon|fruit|yellow|sour|grows on a tree
orange|fruit|orange|sweet|grows on a tree
banana|fruit|yellow|sweet|grows on a tall plant
grape|fruit|purple|sweet|grows on a vine
strawberry|fruit|red|sweet|grows on a small plant
blueberry|fruit|blue|sweet|grows on a bush
carrot|vegetable|orange|sweet|grows in the ground
potato|vegetable|brown|mild|grows in the ground
onion|vegetable|white|sharp|grows in the ground
radish|vegetable|red|sharp|grows in the ground
turnip|vegetable|white|mild|grows in the ground
cabbage|vegetable|green|mild|grows in a field
lettuce|vegetable|green|fresh|grows in a garden
pea|vegetable|green|sweet|grows in a pod
bean|vegetable|green|mild|grows in a pod
pumpkin|vegetable|orange|mild|grows in a field
cucumber|vegetable|green|fresh|grows on a vine
bread|dish|brown|mild|is made of flour
cake|dish|golden|sweet|is made of flour and eggs
soup|dish|yellow|salty|is made of vegetables and water
pie|dish|golden|sweet|is made of dough and fruit
pancake|dish|golden|sweet|is made of milk and flour
porridge|dish|white|mild|is made of oats
salad|dish|green|fresh|is made of lettuce
jam|dish|red|sweet|is made of fruit and sugar
cheese|dish|yellow|salty|is made of milk
butter|dish|yellow|mild|is made of cream
honey|dish|golden|sweet|is made by bees
tea|drink|brown|bitter|is made of leaves and hot water
milk|drink|white|mild|comes from cows
coffee|drink|black|bitter|is made of roasted beans
juice|drink|orange|sweet|is made of fruit
cocoa|drink|brown|sweet|is made of milk and cocoa powder
water|drink|clear|fresh|comes from a spring
"""

_MASS = {
    "bread",
    "soup",
    "porridge",
    "salad",
    "jam",
    "cheese",
    "butter",
    "honey",
    "tea",
    "milk",
    "coffee",
    "juice",
    "cocoa",
    "water",
    "lettuce",
}

FOODS = tuple(
    Food(*row, plural=row[0] not in _MASS) for row in (line.split("|") for line in _FOODS.strip().splitlines())
)


@dataclass(frozen=True)
class Job:
    """One kind of work: what is done (third person, plain form), where, with what."""

    name: str
    does: str
    plain: str
    place: str
    tool: str


_JOBS = """
baker|bakes bread|bake bread|in a bakery|an oven
cook|makes meals|make meals|in a kitchen|a pan
farmer|grows food|grow food|on a farm|a tractor
gardener|plants flowers|plant flowers|in a garden|a spade
fisher|catches fish|catch fish|on a boat|a net
carpenter|makes tables|make tables|in a workshop|a saw
smith|shapes iron|shape iron|in a forge|an anvil
potter|makes pots|make pots|in a pottery|a wheel
tailor|sews clothes|sew clothes|in a shop|a needle
weaver|weaves cloth|weave cloth|in a mill|a loom
painter|paints walls|paint walls|in houses|a brush
mason|builds walls|build walls|on a building site|a trowel
teacher|teaches children|teach children|in a school|a blackboard
doctor|helps sick people|help sick people|in a hospital|a stethoscope
nurse|cares for patients|care for patients|in a clinic|a bandage
vet|heals animals|heal animals|in an animal clinic|a small lamp
pilot|flies planes|fly planes|in a plane|a map
sailor|sails ships|sail ships|at sea|a compass
driver|drives buses|drive buses|on the road|a bus
postman|brings letters|bring letters|in the town|a mail bag
librarian|lends books|lend books|in a library|a card file
singer|sings songs|sing songs|on a stage|a microphone
writer|writes books|write books|at a desk|a pen
shepherd|watches sheep|watch sheep|in the hills|a staff
beekeeper|keeps bees|keep bees|at the hives|a smoker
miller|grinds grain|grind grain|in a windmill|a millstone
barber|cuts hair|cut hair|in a barber shop|scissors
cleaner|cleans rooms|clean rooms|in an office|a broom
guard|watches the gate|watch the gate|at the gate|a lantern
clockmaker|repairs clocks|repair clocks|in a clock shop|tweezers
"""

JOBS = tuple(Job(*line.split("|")) for line in _JOBS.strip().splitlines())


@dataclass(frozen=True)
class Tool:
    """One tool and its use in the plain form, and what it is made of."""

    name: str
    use: str
    stuff: str


_TOOLS = """
a hammer|drive nails|steel
a saw|cut wood|steel
a spade|dig holes|iron
a rake|gather leaves|wood
a broom|sweep the floor|straw
a needle|sew clothes|steel
a knife|cut bread|steel
a spoon|eat soup|wood
a fork|eat noodles|steel
a cup|drink tea|clay
a pot|boil water|iron
a pan|fry eggs|iron
a bucket|carry water|tin
a ladder|climb up|wood
a rope|tie things|hemp
a lamp|light a room|glass
a candle|give light|wax
a key|open a lock|brass
a brush|paint a wall|wood and hair
a pen|write letters|plastic
a pencil|draw pictures|wood
a ruler|measure lines|wood
a clock|tell the time|wood and brass
an umbrella|stay dry in the rain|cloth
a basket|carry fruit|straw
a net|catch fish|string
a comb|tidy hair|bone
a mirror|see your face|glass
a kettle|heat water|copper
an axe|chop logs|iron
a wrench|turn bolts|steel
a compass|find north|brass
a map|find the way|paper
a bell|call people|bronze
a blanket|keep warm|wool
a pillow|rest your head|feathers and cloth
"""

TOOLS = tuple(Tool(*line.split("|")) for line in _TOOLS.strip().splitlines())

PLACES = {
    "the market": ("at the market", "fruit, bread and cheese"),
    "the library": ("in the library", "books, chairs and quiet rooms"),
    "the harbour": ("at the harbour", "ships, ropes and nets"),
    "the forest": ("in the forest", "trees, moss and mushrooms"),
    "the kitchen": ("in the kitchen", "pots, pans and spoons"),
    "the school": ("in the school", "desks, books and children"),
    "the beach": ("on the beach", "sand, shells and waves"),
    "the garden": ("in the garden", "flowers, bees and a bench"),
    "the farm": ("on the farm", "cows, hens and a barn"),
    "the station": ("at the station", "trains, clocks and tickets"),
    "the mountain": ("on the mountain", "rocks, snow and eagles"),
    "the river": ("by the river", "water, reeds and trout"),
    "the workshop": ("in the workshop", "hammers, saws and wood"),
    "the mill": ("in the mill", "grain, flour and a big wheel"),
    "the castle": ("in the castle", "towers, gates and old walls"),
    "the village": ("in the village", "small houses, a well and a square"),
    "the meadow": ("in the meadow", "grass, flowers and butterflies"),
    "the hospital": ("in the hospital", "beds, doctors and nurses"),
    "the bakery": ("in the bakery", "bread, rolls and a hot oven"),
    "the museum": ("in the museum", "old pictures, coins and vases"),
}

OPPOSITES = tuple(
    tuple(pair.split("-"))
    for pair in (
        "hot-cold big-small tall-short fast-slow old-new bright-dark day-night happy-sad "
        "open-closed full-empty wet-dry hard-soft loud-quiet rich-poor strong-weak clean-dirty early-late near-far "
        "high-low thick-thin wide-narrow sweet-sour heavy-light up-down left-right in-out front-back black-white "
        "begin-end give-take push-pull laugh-cry win-lose buy-sell ask-answer love-hate brave-afraid kind-cruel "
        "awake-asleep easy-difficult cheap-expensive smooth-rough sharp-blunt true-false safe-dangerous"
    ).split()
)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SEASONS = {
    "spring": ("the flowers bloom", "March"),
    "summer": ("the days are long and warm", "July"),
    "autumn": ("the leaves fall", "October"),
    "winter": ("the snow falls", "January"),
}

COLOURS_OF = {
    "the sky": "blue",
    "grass": "green",
    "snow": "white",
    "coal": "black",
    "blood": "red",
    "the sun": "yellow",
    "a tree trunk": "brown",
    "a cloud": "white",
    "the sea": "blue",
    "a leaf": "green",
    "gold": "yellow",
    "night": "black",
    "a rose": "red",
    "ash": "grey",
    "sand": "yellow",
    "ink": "black",
    "a brick": "red",
    "chalk": "white",
}

BODY = {
    "eyes": "see",
    "ears": "hear",
    "nose": "smell",
    "tongue": "taste",
    "hands": "hold things",
    "feet": "walk",
    "teeth": "chew",
    "legs": "run",
    "fingers": "touch",
    "lungs": "breathe",
    "brain": "think",
    "heart": "pump blood",
}

WEATHER = {
    "raining": ("take an umbrella", "umbrella"),
    "snowing": ("wear a warm coat and boots", "coat"),
    "very hot": ("drink water and stay in the shade", "water"),
    "windy": ("hold on to your hat", "hat"),
    "foggy": ("walk slowly and carry a lamp", "lamp"),
    "freezing": ("wear a scarf and gloves", "scarf"),
    "stormy": ("stay inside the house", "inside"),
    "sunny": ("go for a walk in the park", "walk"),
}

FEELINGS = {
    "sad": ("a talk with a good friend may help", "friend"),
    "tired": ("a short rest in a quiet room may help", "rest"),
    "hungry": ("a bowl of warm soup may help", "soup"),
    "thirsty": ("a glass of cold water may help", "water"),
    "bored": ("a good book may help", "book"),
    "angry": ("a slow walk by the river may help", "walk"),
    "afraid": ("a lamp and a friend may help", "lamp"),
    "cold": ("a blanket and hot tea may help", "blanket"),
    "lonely": ("a visit to your family may help", "family"),
    "nervous": ("a few slow breaths may help", "breaths"),
}
GOOD_FEELINGS = ("happy", "glad", "proud", "cheerful", "calm", "excited")

HOW_TO = {
    "make tea": ("Boil the water.", "Put the leaves in the pot.", "Pour the water and wait.", "Fill the cups."),
    "bake bread": ("Mix flour, water and salt.", "Knead the dough.", "Let it rest.", "Bake it in a hot oven."),
    "plant a tree": ("Dig a hole.", "Put the young tree in.", "Fill the hole with soil.", "Water the tree."),
    "wash a dog": ("Fill a tub with warm water.", "Wet the dog.", "Rub in the soap.", "Rinse and dry the dog."),
    "make soup": ("Cut the vegetables.", "Put them in a pot of water.", "Add salt.", "Boil the soup slowly."),
    "write a letter": ("Take paper and a pen.", "Write the name on top.", "Write what you want to say.", "Sign it."),
    "paint a wall": ("Clean the wall.", "Cover the floor.", "Open the paint.", "Paint from top to bottom."),
    "catch a fish": (
        "Find a quiet place by the river.",
        "Put a worm on the hook.",
        "Throw the line.",
        "Wait for a fish.",
    ),
    "light a fire": ("Gather dry wood.", "Make a small pile.", "Light the thin sticks.", "Add bigger logs."),
    "make a salad": ("Wash the lettuce.", "Cut the cucumber.", "Mix all in a bowl.", "Add oil and salt."),
    "fix a chair": ("Look for the loose leg.", "Put glue on it.", "Press it in place.", "Wait until it is dry."),
    "sew a button": ("Thread the needle.", "Hold the button in place.", "Sew through the holes.", "Tie a knot."),
    "clean a room": ("Open the window.", "Pick up your things.", "Sweep the floor.", "Wipe the table."),
    "make a pancake": ("Mix milk, flour and eggs.", "Heat the pan.", "Pour in the batter.", "Turn it once."),
}

KNOWN_NAMES = (
    "Anna Ben Clara David Emma Frank Greta Henry Ida Jack Kate Leo Mary Nora Oscar Paul Rosa Sam Tom Vera Will Lucy "
    "Peter Sarah John Lena Max Nina Otto Ruth Simon Tina Adam Ella Hugo Jane Karl Lily Mia Noah Olive Theo Zoe Alice"
).split()

THINGS = (
    "lamp rope key map bell coin ring hat drum kite box book cup basket blanket lantern shell stone feather flute "
    "letter ball boot button candle clock crown mirror pot ribbon scarf spoon vase violin wheel whistle"
).split()

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "brown", "grey", "pink", "purple", "orange", "golden")
SIZES = ("big", "small", "tiny", "huge", "long", "round")
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()


def with_article(noun: str) -> str:
    """Return ``noun`` with the article it takes."""
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def capital(text: str) -> str:
    """Return ``text`` with its first letter large."""
    return text[:1].upper() + text[1:]


def listed(items: list[str] | tuple[str, ...]) -> str:
    """Join ``items`` as a sentence does."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
