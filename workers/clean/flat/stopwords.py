"""Function words of English, written out from the closed classes of any grammar: text has many, menus few."""

STOPWORDS = frozenset(
    """
    a an the this that these those each every either neither both all any some no such another other
    i me my mine myself we us our ours ourselves you your yours yourself he him his himself she her hers herself it its
    itself they them their theirs themselves who whom whose which what whoever whatever one ones someone anyone nobody
    everyone something anything nothing everything
    am is are was were be been being have has had having do does did doing done will would shall should can could may
    might must ought
    and or but nor so yet for if unless until till while although though because since whereas whether than as
    of in on at by to from with without within into onto upon over under above below between among through during
    before after about against across along around behind beside beyond despite down like near off out past per toward
    towards up via throughout
    not never only just also even still already too very much many more most less least few several enough quite
    rather there here where when why how then now once again ever always often soon later ago
    i'm i've i'd i'll we're we've we'll we'd you're you've you'll he's she's it's they're they've they'll that's there's
    what's don't doesn't didn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't hasn't haven't
    hadn't
    said says say told according
    """.split()  # noqa: SIM905
)
