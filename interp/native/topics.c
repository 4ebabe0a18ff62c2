// SPDX-License-Identifier: MIT
//
// What conc says of the language itself. grammar/README.md is the reference; here stand a form and an
// example of each statement.
#include "native/topics.h"

#include <stddef.h>
#include <string.h>

const Topic topics[] = {
    {"let", "let NAME = VALUE",
     "Declares a variable; it has to be declared before it is assigned. Without a value it is nil. "
     "Several names unpack a list. A block has its own variables, and each turn of a loop its "
     "own.\n"
     "    let x = 1\n"
     "    let a, b = [2, 3]\n"
     "    let first, ...more = [1, 2, 3]\n"
     "    a, b = b, a\n"
     "    print(x, a, b, more)   # 1 3 2 [2, 3]"},
    {"const", "const NAME = VALUE",
     "Declares a name that cannot be assigned again: that is an error before the script runs.\n"
     "    const LIMIT = 10\n"
     "    print(LIMIT)   # 10"},
    {"fn", "fn NAME(a, b = DEFAULT, ...rest) { }",
     "Declares a function. Arguments are given by position, or by label: f(1, b: 2); f(...xs) "
     "spreads a list. `return` gives the result, nil without one. `fn (x) => x * 2` and `fn (x) { "
     "}` are functions without a name. Functions keep the variables around them.\n"
     "    fn add(a, b = 1, ...more) { return a + b + sum(more) }\n"
     "    print(add(1), add(1, b: 5), add(1, 2, 3))   # 2 6 6\n"
     "    let twice = fn (x) => x * 2\n"
     "    print(twice(4))   # 8"},
    {"return", "return VALUE",
     "Ends the function with a value; several, `return a, b`, make a list. In a block that was "
     "started, `thread { }`, it gives the result of the handle.\n"
     "    fn half(n) { return n // 2, n % 2 }\n"
     "    let q, r = half(7)\n"
     "    print(q, r)   # 3 1"},
    {"class extends super self static get set", "class NAME extends BASE { }",
     "Declares a class. Its body has methods, `get` and `set` properties and `static fn`; fields "
     "come to be by assigning to self. NAME(...) makes an object and calls init. The language "
     "calls the methods str, eq, less, hash, iter, next and close, where it prints, compares, or "
     "goes over objects.\n"
     "    class Point {\n"
     "        fn init(x, y) { self.x = x; self.y = y }\n"
     "        get length() { return (self.x ** 2 + self.y ** 2) ** 0.5 }\n"
     "        fn str() { return \"(${self.x}, ${self.y})\" }\n"
     "        static fn origin() { return Point(0, 0) }\n"
     "    }\n"
     "    class Named extends Point {\n"
     "        fn init(name, x, y) { super.init(x, y); self.name = name }\n"
     "    }\n"
     "    let p = Named(\"home\", 3, 4)\n"
     "    print(p, p.length, p is Point, Point.origin())   # (3, 4) 5.0 true (0, 0)"},
    {"if else", "if CONDITION { } else if CONDITION { } else { }",
     "Runs one of the blocks. False are false, nil, 0, 0.0, \"\" and what is empty; all else is "
     "true. As an expression: `a if c else b`.\n"
     "    let n = 7\n"
     "    if n > 10 { print(\"large\") } else if n > 5 { print(\"some\") } else { print(\"few\") } "
     "  # some\n"
     "    print(\"odd\" if n % 2 else \"even\")   # odd"},
    {"while", "while CONDITION { }",
     "Runs the block again and again, as long as the condition is true. `break` leaves the loop, "
     "`continue` begins its next turn.\n"
     "    let n = 0\n"
     "    while n < 3 { n += 1 }\n"
     "    print(n)   # 3"},
    {"for in", "for NAME in ITERABLE { }",
     "Runs the block for each element: of a list, map (its keys), set, text, range, queue (until "
     "it is closed), file (its lines) or an object with iter() and next(). `for await x in q { }` "
     "lets other tasks run while it waits. As an operator, `x in xs` is true if it contains x.\n"
     "    for i in 0..3 { print(i, end: \" \") }\n"
     "    for i, (k, v) in enumerate({\"a\": 1}.items()) { print(i, k, v) }\n"
     "    print(2 in [1, 2], \"x\" not in \"abc\")   # true true"},
    {"break continue", "break",
     "`break` leaves the loop that it is in, `continue` begins the loop's next turn.\n"
     "    for x in [1, 2, 3, 4] {\n"
     "        if x == 2 { continue }\n"
     "        if x == 4 { break }\n"
     "        print(x)\n"
     "    }"},
    {"try catch finally", "try { } catch NAME: CLASS { } finally { }",
     "The first `catch` whose class fits takes an error of the block; `|` separates several "
     "classes; without one it takes every Error. The `finally` block runs however the others end.\n"
     "    try {\n"
     "        [1, 2][5]\n"
     "    } catch e: KeyError | ValueError {\n"
     "        print(\"not this one\")\n"
     "    } catch e {\n"
     "        print(type(e), e.message)\n"
     "    } finally {\n"
     "        print(\"done\")\n"
     "    }"},
    {"throw", "throw ERROR",
     "Throws an error: an object of a class that extends Error, or of Error itself. `throw a from "
     "b` sets a.cause.\n"
     "    class TooLarge extends Error { }\n"
     "    try { throw TooLarge(\"by far\") } catch e: TooLarge { print(e.message) }"},
    {"with as", "with VALUE as NAME { }",
     "Calls the value's close() however the block ends. Several values stand with commas between "
     "them.\n"
     "    with open(\"notes.txt\", \"w\") as f { f.write(\"one line\\n\") }\n"
     "    with open(\"notes.txt\") as f { print(f.read(), end: \"\") }"},
    {"import from", "import NAME",
     "Loads a module: one of conc by its name, a file by its path, which is looked up beside the "
     "script. A file is run once, whoever imports it. `as` gives another name; `from M import a, "
     "b` takes names out of it.\n"
     "    import math\n"
     "    from time import monotonic as now\n"
     "    print(math.floor(2.5), now() > 0)   # 2 true"},
    {"spawn", "spawn CALL",
     "Starts a process: it runs the call, or a block, with a copy of everything. Gives a Process; "
     "what it changes here nobody sees, its result comes back as a copy. See Handle, Process.\n"
     "    fn square(n) { return n * n }\n"
     "    let p = spawn square(12)\n"
     "    print(p.join())   # 144\n"
     "    print((spawn { return 1 + 1 }).join())   # 2"},
    {"thread", "thread CALL",
     "Starts a thread: it runs the call, or a block, in parallel, and shares everything. Gives a "
     "Thread. See Handle, lock.\n"
     "    fn square(n) { return n * n }\n"
     "    let t = thread square(12)\n"
     "    print(t.join())   # 144\n"
     "    print((thread { return 1 + 1 }).join())   # 2"},
    {"async", "async CALL",
     "Starts a task of this thread: it runs the call, or a block, while others wait with `await`. "
     "Gives a Task. `async fn` declares a function that may await; it is called by `await f()` or "
     "started by `async f()`. See Handle.\n"
     "    async fn later(n) {\n"
     "        await sleep(0.01)\n"
     "        return n\n"
     "    }\n"
     "    let a, b = [async later(1), async later(2)]\n"
     "    print(await a + await b)   # 3"},
    {"await", "await WAITING-CALL",
     "Lets the other tasks of this thread run until the call can go on. Without it the same call "
     "holds the whole thread up. `await h`, of a handle, is `await h.join()`. It stands in async "
     "functions, in `async { }` blocks and at the top level of a script.\n"
     "    let q = queue()\n"
     "    async { await sleep(0.01); q.put(\"late\") }\n"
     "    print(await q.get())   # late"},
    {"lock", "lock LOCK { }",
     "Holds the lock for the block, however the block ends. `lock a, b { }` takes several in one "
     "step, in an order that cannot deadlock. It serves whatever has acquire and release. `await "
     "lock m { }` lets other tasks run while it waits.\n"
     "    let m = lock()\n"
     "    let n = 0\n"
     "    fn count() { for i in 0..1000 { lock m { n += 1 } } }\n"
     "    let threads = [thread count(), thread count()]\n"
     "    for t in threads { t.join() }\n"
     "    print(n)   # 2000"},
    {"group", "group { }",
     "When the block has ended, all that was started by its own text has ended, too. The first "
     "failure cancels the rest, and is thrown. `await group { }` lets other tasks run while it "
     "waits.\n"
     "    let found = queue()\n"
     "    group {\n"
     "        thread { found.put(1) }\n"
     "        async { found.put(2) }\n"
     "    }\n"
     "    print(found.size())   # 2"},
    {"timeout", "timeout SECONDS { }",
     "Throws TimeoutError inside the block, at its next wait or turn of a loop, once so many "
     "seconds have passed. It holds for the thread or task that runs the block, not for what that "
     "starts.\n"
     "    try { timeout 0.05 { while true { } } } catch e: TimeoutError { print(\"too long\") }"},
    {"select case", "select { case NAME = CALL { } else { } }",
     "Waits for several things at once; exactly one of the calls takes effect, and its block runs. "
     "`else` runs if none can go on now. Cases are waiting calls: get, put, join, acquire, wait, "
     "sleep.\n"
     "    let a, b = [queue(), queue()]\n"
     "    b.put(\"hello\")\n"
     "    select {\n"
     "        case x = a.get()  { print(\"a:\", x) }\n"
     "        case x = b.get()  { print(\"b:\", x) }\n"
     "        case sleep(1)     { print(\"nothing for a second\") }\n"
     "    }"},
    {"test", "test \"NAME\" { }",
     "A test, run by `conc test FILE` after the top level, and passed over in a plain run. It "
     "stands "
     "at the top level, and fails if it ends with an error or leaves something running or locked.\n"
     "    test \"sums\" { assert(1 + 1 == 2) }"},
    {"operators and or not is", "a OPERATOR b",
     "Loosest first: `a if c else b`; or; and; not; == != < <= > >= in is; ..; |; ^; &; << >>; + "
     "-; * / // %; unary - ~ await async thread spawn; **; call, index, member. `/` gives a float, "
     "`//` and `%` round down. `and` and `or` give one of their operands. `x is T` is true for an "
     "object of class T. Comparisons do not chain.\n"
     "    print(7 / 2, 7 // 2, -7 % 3, 2 ** 10)   # 3.5 3 2 1024\n"
     "    print(nil or \"default\", 3 is int, not 0)   # default true true\n"
     "    print(list(0..3), 6 & 3, 1 << 4)   # [0, 1, 2] 2 16"},
    {"strings", "\"text ${EXPRESSION:FORMAT}\"",
     "In double quotes `${ }` holds any expression, with a format spec of Python's behind a colon, "
     "and `\\n \\t \\\" \\$ \\u{1F600}` are escapes. Three double quotes hold several lines. In "
     "single quotes all stands for itself.\n"
     "    let name = \"Ada\"\n"
     "    print(\"${name}: ${1 / 3:.2f}, ${len(name)} letters\")   # Ada: 0.33, 3 letters\n"
     "    print('${name}')   # ${name}"},
    {"slices", "VALUE[START:END:STEP]",
     "A part of a list, text, bytes or range: from START up to, not with, END. Negative numbers "
     "count from the end.\n"
     "    let xs = [0, 1, 2, 3, 4]\n"
     "    print(xs[1:3], xs[-2:], xs[::-1])   # [1, 2] [3, 4] [4, 3, 2, 1, 0]"},
    {"args", "args",
     "The arguments behind the script's name, a list of texts.\n"
     "    print(len(args))   # 0"},
    {"nil true false", "nil",
     "`nil` is the value of what has none: of a variable that was not given one, of a function "
     "without a result. `true` and `false` are the results of comparisons.\n"
     "    let x\n"
     "    print(x, 1 < 2, nil == false)   # nil true false"},
    {NULL, NULL, NULL},
};

bool topic_has_name(const char *names, const char *name) {
    size_t wanted = strlen(name);
    while (*names) {
        size_t size = strcspn(names, " ");
        if (size == wanted && memcmp(names, name, size) == 0)
            return true;
        names += size;
        names += strspn(names, " ");
    }
    return false;
}

const Topic *topic_find(const char *name) {
    for (const Topic *topic = topics; topic->names; topic++)
        if (topic_has_name(topic->names, name))
            return topic;
    return NULL;
}
