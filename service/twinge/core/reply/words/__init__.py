"""Words as data, a file a language: meaning → "phrase|phrase", in natural spelling.

`CARRIER`: stop, start and help are whole messages; `opt_out` opts out anywhere, unless a word of `limit` is in its
clause. `COMMANDS` are whole messages. `STORY` is what is said of a body. What is under "" only looks like something.
`NUMBERS` are number words and the words around numbers. `FILLERS` may stand inside a phrase.
`LONG` are words of `STORY` that may be misspelt by a letter: none is a letter away from one of the 30,000 most frequent
words of the four languages (wordfreq 3.1).
"""
