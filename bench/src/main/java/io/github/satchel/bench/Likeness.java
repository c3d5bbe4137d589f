package io.github.satchel.bench;

/** How near to sharp's the PNG of one contestant are, in the mean of a class. */
record Likeness(Contestant contestant, String pictureClass, Quality quality) {}
