// SPDX-License-Identifier: MIT
//
// Spelling: the least number of slips of the finger (Damerau 1964) between two names: a letter too
// many, too few or wrong, or two that changed places. A third of a name's letters may be wrong.
#include "base/spelling.h"

#include <stdbool.h>

// Code points of a name; false if it is too long to bother.
static bool points_from(const char *text, size_t size, SpellingPoints *out) {
    out->count = 0;
    for (size_t i = 0; i < size;) {
        if (out->count == SPELLING_LENGTH)
            return false;
        uint32_t point = (unsigned char)text[i++];
        while (i < size && ((unsigned char)text[i] & 0xc0) == 0x80)
            point = point << 6 | ((unsigned char)text[i++] & 0x3f);
        out->items[out->count++] = point;
    }
    return true;
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t edit_distance(const SpellingPoints *a, const SpellingPoints *b) {
    uint32_t rows[3][SPELLING_LENGTH + 1];
    for (uint32_t j = 0; j <= b->count; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a->count; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (uint32_t j = 1; j <= b->count; j++) {
            bool same = a->items[i - 1] == b->items[j - 1];
            uint32_t best = least(above[j - 1] + !same, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a->items[i - 1] == b->items[j - 2] &&
                a->items[i - 2] == b->items[j - 1])
                best = least(best, above2[j - 2] + 1);
            row[j] = best;
        }
    }
    return rows[a->count % 3][b->count];
}

void spelling_start(Spelling *search, const char *wanted, size_t size) {
    search->nearest = NULL;
    search->nearest_size = 0;
    search->distance = 0; // nothing is nearer than that
    if (!points_from(wanted, size, &search->wanted))
        return;
    search->distance = search->wanted.count / 3 + 1;
    if (search->distance < 2)
        search->distance = 2;
}

void spelling_try(Spelling *search, const char *name, size_t size) {
    SpellingPoints points;
    if (search->distance == 0 || !points_from(name, size, &points))
        return;
    uint32_t wanted = search->wanted.count;
    uint32_t longer = points.count > wanted ? points.count : wanted;
    uint32_t shorter = points.count + wanted - longer;
    if (longer - shorter >= search->distance)
        return; // so many letters are missing at least
    uint32_t distance = edit_distance(&search->wanted, &points);
    if (distance < search->distance && distance < longer) {
        search->distance = distance;
        search->nearest = name;
        search->nearest_size = size;
    }
}
