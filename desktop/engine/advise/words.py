"""What the kinds of method mean for each goal, in a sentence; it knows no model, machine or data."""

from __future__ import annotations

from desktop.engine.advise.table import Kind

GOAL_WORDS: dict[str, dict[Kind, str]] = {
    "style": {
        "whole": "A style needs far less than all weights; moving all of them forgets more than it teaches.",
        "part": "A style needs few weights, and choosing them by hand takes some trying.",
        "low_rank": "A style, a tone or a format is what a low-rank update learns quickest.",
        "scaling": "Scaling what the model has already is often enough for a style.",
        "bottleneck": "Small layers between the blocks learn a style well, and cost a little at every answer.",
        "bias": "Shifting the biases carries a simple style, not a rich one.",
        "prompt": "A learned prompt steers the tone, but less surely than a change of the weights.",
    },
    "domain": {
        "whole": "Knowledge is spread over all weights, so moving all of them takes up the most of it.",
        "part": "The later blocks take up much of a field's knowledge while the rest stays as it is.",
        "low_rank": "A low-rank update learns a field's language; raise the rank for its facts.",
        "scaling": "Scaling vectors have too little room for new facts.",
        "bottleneck": "Layers of their own hold a field's language beside the model's.",
        "bias": "Biases have too little room for new facts.",
        "prompt": "A prompt can call up what the model knows, and adds hardly anything to it.",
    },
    "language": {
        "whole": "A new language touches every weight, the embeddings included.",
        "part": "Training embeddings and some blocks teaches a language at part of the cost.",
        "low_rank": "A low-rank update helps with a language the model half knows; it does not train the embeddings.",
        "scaling": "Scaling vectors cannot teach a language.",
        "bottleneck": "One adapter a language, swapped as needed, is a proven recipe.",
        "bias": "Biases cannot teach a language.",
        "prompt": "A prompt cannot teach a language.",
    },
    "tasks": {
        "whole": "One set of weights has to serve all tasks, and they can push each other out.",
        "part": "One set of weights has to serve all tasks, and they can push each other out.",
        "low_rank": "One small adapter a task, switched on demand, or one for all of them.",
        "scaling": "A few kilobytes a task, so that very many can be kept beside one model.",
        "bottleneck": "Made for many tasks: a module each, beside one shared model.",
        "bias": "A small set of biases a task, beside one shared model.",
        "prompt": "A prompt a task: rows of different tasks can even share a batch.",
    },
    "smallest": {
        "whole": "The result is a whole model.",
        "part": "The result is as large as the part that learns, or a whole model.",
        "low_rank": "A file of a few megabytes; a lower rank makes it smaller.",
        "scaling": "The result is among the smallest there are.",
        "bottleneck": "A file of some megabytes.",
        "bias": "Only the biases are kept: about a thousandth of the model.",
        "prompt": "Only the learned prompt is kept.",
    },
    "memory": {
        "whole": "Weights, gradients and two averages for every weight: nothing takes more.",
        "part": "Gradients and averages only for the part that learns.",
        "low_rank": "The base is kept once without gradients; four bits a weight make it a quarter.",
        "scaling": "Hardly anything beside the base itself.",
        "bottleneck": "The base once, and small layers beside it.",
        "bias": "Hardly anything beside the base itself.",
        "prompt": "Hardly anything learns, but every row becomes longer by the prompt.",
    },
    "quality": {
        "whole": "With enough rows nothing learns more than all weights together.",
        "part": "Close to training everything where the right part is chosen.",
        "low_rank": "Nearly as good as training everything, and it forgets less.",
        "scaling": "Little room: fine for small changes, behind on large ones.",
        "bottleneck": "Close to training everything on most tasks.",
        "bias": "Little room: fine for small changes, behind on large ones.",
        "prompt": "Behind methods that change weights, except on very large models.",
    },
    "classification": {
        "whole": "The usual way for a small encoder with some thousand rows.",
        "part": "The last blocks are often enough to tell labels apart.",
        "low_rank": "As good as training everything on small sets of labels, and steadier.",
        "scaling": "Labels need little room, so scaling vectors do well.",
        "bottleneck": "Matches full training on label benchmarks with a few per cent of the weights.",
        "bias": "On small sets of labels, biases alone match training everything.",
        "prompt": "Prompts in every layer do well on labels; those at the input alone need a very large model.",
    },
}
