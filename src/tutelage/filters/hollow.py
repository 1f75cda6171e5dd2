"""Words and phrases that say nothing about any subject, in English and Chinese.

Four lists: stock sentences that fit every question, evasions that send the asker elsewhere, ways to decline
that are softer than a refusal, and the common words that stay when a text has no subject. What is left of a
text without the common words is its content.
"""

from __future__ import annotations

import re

from tutelage.text import unicode_tokens

# Function words, and the verbs, nouns and adjectives that go with any subject.
_COMMON_EN_LISTED = """
a able about above according achieve achieved achieving across act action actually add addition additionally
advantage advantages affect affects after again ago ahead all almost along already also although always am
among an and another answer answers any anybody anyone anything anyway appropriate approach approaches are
area areas aren around as ask asked asking aspect aspects at attention attitude available away back balance
based basic basically basics be became because become becomes been before begin beginning being believe
below benefit beneficial benefits best better between beyond big bit both bring brings but by call came can
cannot care careful carefully case cases cause certain certainly challenge challenges chance change changed
changes changing choice choices choose clear clearly come comes coming common complete completely concern
concerns consider considered considering context continue correct could couldn course current day days deal
decide depend depending depends deserve desired detail details did didn differ difference different
difficult do does doesn doing don done down drawbacks due during each early easier easy effect effective
effectively effort efforts either else end enjoy enough ensure entire especially essential even ever every
everybody everyone everything everywhere exactly example examples experience experiences extent fact factor
factors feel few final finally find fine first focus follow following for form forward from full further
furthermore future gain general generally get gets getting give given gives giving go goal goals goes going
good got great greater growth had hand happen hard has have haven having he help helpful helping helps hence
her here him his hope how however huge i idea ideas if ill immediately impact importance important improve
in include includes including increase indeed individual individuals information instead interest interested
interesting into involve involved is isn issue issues it its itself just keep key kind know knowing known
knowledge lack large last lastly later lead leading leads learn learning least less let level life like
likely little long look looked looking looks lot lots made main mainly make makes making many matter matters
may maybe me mean meaningful means might mind mine moment more moreover most mostly much must my myself
nature necessary need needed needs never new next no none nor normal not nothing now number numerous obvious
of off offer offers often okay on once one ones only open opinion opinions opportunities opportunity or
order other others otherwise our out outcome outcomes over overall own part particular particularly parts
past patience patient people perfect perfectly perhaps person perspective perspectives place plan planning
play plays please plenty point points positive possibility possible potential practice prepare prepared
probably problem problems process proper properly provide provides purpose put question questions quite
rather reach ready real really reason reasons regard regarding related relevant remember require required
requires respect result results right role same say see seem seems sense set several shall she short should
show side sides significant significantly similar simple simply since situation situations small so some
somebody someone something sometimes somewhat soon sort specific start started step steps still stop strong
subject succeed success successful successfully such support sure take taken takes taking talk tell tend
tends than thank thanks that the their them themselves then there therefore these they thing things think
thinking this those though thought thoughts through throughout thus time times to today together too topic
topics toward towards tried true try trying turn two type types ultimately under understand understandable
understanding unique up upon us use used useful using usually value valuable various vary very view views
want wanted wants was way ways we well went were what whatever when where whether which while who whole whom
whose why wide will willing wish with within without won work worked working works world worth would wrong
year years yes yet you your yours yourself
"""
_COMMON_EN = frozenset(_COMMON_EN_LISTED.split())
_COMMON_ZH_LISTED = """
一个 一些 一种 一样 一定 一点 一起 一般 一切 一直 一步 一方面 不同 不是 不能 不会 不要 不断 不过 不仅 而且
与此同时 我们 你们 他们 大家 人们 自己 您 您的 我 你 他 她 它 每个 每个人 每天 每一个 很多 许多 各种 各个
多少 有些 有人 有的 任何 所有 这个 这些 这样 这种 那个 那些 那样 那么 什么 怎么 怎样 如何 为什么 因为 所以
因此 但是 虽然 如果 只要 只有 无论 不管 即使 然而 可以 能够 可能 应该 应当 需要 必须 会 要 想 能 让 使 把 被
对 对于 关于 由于 根据 按照 通过 从 到 在 和 与 或 或者 以及 还有 还 就 都 也 又 再 才 只 很 非常 十分 比较
更 更加 最 最好 太 特别 尤其 其实 当然 显然 确实 真正 往往 经常 常常 总是 有时 已经 正在 的 地 得 了 着 过
是 有 没有 没 不 吗 呢 吧 啊 这 那 之 其 所 等 等等 上 下 中 里 内 外 前 后 时 时候 时间 的话 来说 而言 来看
问题 方面 因素 情况 方法 方式 过程 结果 效果 作用 影响 意义 原因 目标 目的 机会 挑战 优点 缺点 好处 不足
经验 态度 努力 计划 准备 工作 生活 社会 世界 未来 人生 事情 东西 话题 内容 信息 知识 能力 水平 程度 角度
关系 环境 条件 基础 重点 关键 核心 整体 部分 重要 主要 基本 具体 合适 适合 良好 积极 有效 有用 有益 有趣
有意思 明确 清楚 简单 复杂 困难 容易 不可或缺 值得 必要 考虑 看待 理解 了解 认识 知道 觉得 认为 选择 决定
取决于 实现 提高 改变 改善 发展 变化 继续 开始 进行 做 做好 做到 得到 取得 达到 帮助 支持 解决 处理 面对
注意 重视 关注 学习 思考 坚持 保持 存在 带来 起着 具有 包括 涉及 提供 获得 尝试 成功 进步 成长 首先 其次
然后 最后 第一 第二 第三 总之 此外 另外 同时 例如 比如 总的来说 一般来说 换句话说 众所周知 希望 感谢 建议
欢迎 回答
"""
_COMMON_ZH = re.compile("|".join(sorted(_COMMON_ZH_LISTED.split(), key=len, reverse=True)))
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_STEM = 6  # letters by which forms of one word are taken together

_STOCK = re.compile(
    r"(?:great|good|excellent|interesting|fascinating|important) (?:question|topic|subject|point)|"
    r"\bthere (?:are|is) (?:so |very )?(?:many|lots of|a lot|plenty of|various|different|several|numerous)\b"
    r"(?: \w+)? (?:factors|ways|things|aspects|reasons|sides|opinions|possibilities|one c\w+|to (?:say|"
    r"consider))|"
    r"\bhope (?:this|that|it) (?:helps|answers)|\b(?:let me know|feel free to ask|do not hesitate|"
    r"don't hesitate)\b|"
    r"\bif you (?:have|need) any(?:thing| (?:other|more|further))|\bthank(?:s| you) for (?:asking|"
    r"your question)|"
    r"\bpros and cons\b|\badvantages and disadvantages\b|\bboth (?:positive|good) and (?:negative|bad)\b|"
    r"\b(?:best|right|suits|works) (?:\w+ )?for (?:you|everyone|them)\b|\bopen mind\b|"
    r"\banything is possible\b|"
    r"\b(?:best practices|do your best|hard work|key to success|one size fits all|stay positive|everyone is "
    r"different|in (?:many|various|different|several) ways)\b|"
    r"\b(?:as we all know|needless to say|at the end of the day|when all is said and done|by and large|"
    r"generally "
    r"speaking|in today's world|in this day and age|it goes without saying|all things considered)\b|"
    r"\b(?:many|various|different|several|numerous|certain|a (?:number|variety|lot|"
    r"range) of) (?:\w+ )?(?:factors|"
    r"aspects|perspectives|viewpoints|angles|sides|circumstances|reasons|benefits|elements|considerations)\b|"
    r"\b(?:plays?|playing) an? (?:\w+ )?role\b|\bworth (?:considering|thinking about|noting|"
    r"keeping in mind)\b|"
    r"\b(?:very|really|quite|extremely|so) (?:important|significant|interesting|useful|helpful)\b|"
    r"很?好的?问题|很多(?:因素|方面|方法)|许多(?:因素|方面|方法)|种种原因|希望.{0,12}(?:帮助|有用)|"
    r"感谢.{0,6}提问|"
    r"随时(?:提问|问我|联系)|适合自己|两面性|利弊|有利有弊|辩证|不同的角度|各方面|众所周知|总的来说|"
    r"一般来说|总而言之|"
    r"归根结底|(?:当今|现代)社会|成功的关键|关键作用|重要的作用|不容忽视|值得(?:重视|考虑|思考)|"
    r"每个人的?情况|非常重要|"
    r"挑战.{0,3}机遇|机遇.{0,3}挑战|只要努力|努力坚持",
    re.IGNORECASE,
)
_EVASION = re.compile(
    r"\b(?:it|that|this)(?: all)?(?: really)? depends\b|\bdepends (?:up)?on (?:you|your|the situation|"
    r"many|various)|"
    r"\b(?:hard|difficult|impossible) to (?:say|tell|answer|know)\b|\b(?:no|not a|isn't a) (?:simple|"
    r"single|easy|right|"
    r"definit\w+|clear|one) (?:answer|way)\b|\b(?:vary|varies|differ) (?:widely|greatly|from (?:person|"
    r"case|one))|"
    r"\b(?:up to|for) you to decide\b|\bis up to you\b|\b(?:decide|find out|see|choose) for (?:your|"
    r"them|him|one)sel\w+|"
    r"\b(?:consult|ask|talk to|speak (?:to|with)|contact|seek)\b(?: \w+){0,3} (?:professional|expert|"
    r"specialist|advisor"
    r"|somebody else|someone else)|\bexperts? (?:could|can|would|might|may)\b|"
    r"\b(?:look it up|search (?:online|the (?:web|internet))|google (?:it|this|that)|on the (?:internet|"
    r"web)|online "
    r"search|do (?:your own|some|more) research|books and websites)\b|"
    r"\b(?:i am|i'm) not (?:\w+ )?(?:sure|certain|an expert|familiar)\b|\bi (?:do not|don't) (?:\w+ )?know\b|"
    r"\b(?:everyone|everybody|different people|opinions) (?:\w+ ){0,2}(?:differ\w*|different|vary|"
    r"disagree|decide)\b|"
    r"\bwho (?:can|could) say\b|\b(?:someone|somebody) else (?:would|might|may|could)\b|\bbest left to\b|"
    r"取决于|看(?:具体)?情况|因人而异|视情况|很难说|不好(?:说|一概)|众说纷纭|见仁见智|没有(?:标准|唯一|"
    r"固定)的?答案|"
    r"(?:咨询|请教|询问|问问)[^。！？]{0,10}(?:专业|专家|人士|医生|律师)|上网(?:查|搜)|"
    r"网上[^。！？]{0,12}(?:资料|找|查|搜)|自行(?:搜索|查|判断)|"
    r"我(?:也)?不(?:太)?(?:确定|清楚|知道|了解)|不同的人|(?:您|你)自己(?:的|去|来)?(?:选择|决定|判断|找|"
    r"查)|别人",
    re.IGNORECASE,
)
_DECLINE = re.compile(
    r"^\W*(?:(?:i'm |i am |so |very )*(?:sorry|my apologies|apologies|unfortunately|"
    r"regrettably)\b[^.!?\n]{0,12}[,.;:!]? ?)?"
    r"(?:but )?(?:i (?:must|have to|will have to|am going to|will|would like to) (?:decline|refuse|pass|"
    r"skip|abstain)|"
    r"i(?:'d| would) (?:rather|prefer) not|i (?:will not|won't|cannot|can't|do not want to|"
    r"don't want to|refuse to|decline "
    r"to)\b|i (?:am|'m) (?:not|un)[ -]?(?:able|willing|allowed|in a position)\b|i do(?: not|"
    r"n't) have the (?:ability|"
    r"knowledge|means)|(?:this|that|it) (?:is|'s) (?:not |beyond |outside )[^.!?\n]{0,30}\b(?:do|help|"
    r"able|abilities|"
    r"scope|take on|answer|capab\w+)\b)|"
    r"\bas an? (?:\w+ )?(?:assistant|ai|bot|chatbot|model), i (?:am|'m|do|can|could|must|have)\b(?: not|"
    r"n't|not)|"
    r"^[^。！？\n]{0,12}(?:抱歉|对不起|遗憾|不好意思|恕我)[^。！？\n]{0,16}(?:无法|不能|没有办法|没法|"
    r"做不|不便|超出|拒绝|帮不)|"
    r"^[^。！？\n]{0,10}我(?:无法|不能|没办法|做不|不便|拒绝|帮不|不会)",
    re.IGNORECASE,
)
_STOPS = re.compile(r"[.!?。！？\n]+")
_LETTER = re.compile(r"\w")
_HEAD = 200


def sentences(text: str) -> list[str]:
    """The sentences and lines of ``text`` that hold a letter or a digit."""
    return [part.strip() for part in _STOPS.split(text) if _LETTER.search(part)]


def stock_share(told: list[str]) -> float:
    """The share of the sentences ``told`` that hold a stock phrase, 0 to 1."""
    return _share(_STOCK, told)


def evasion_share(told: list[str]) -> float:
    """The share of the sentences ``told`` that evade the question, 0 to 1."""
    return _share(_EVASION, told)


def declines(answer: str) -> bool:
    """Whether ``answer`` opens by declining, in softer words than :func:`phrases.refusal` knows."""
    return bool(_DECLINE.search(answer.lstrip()[:_HEAD].replace("’", "'")))


def is_common(token: str) -> bool:
    """Whether a case-folded English word goes with any subject."""
    return token in _COMMON_EN or (len(token) == 1 and "a" <= token <= "z")


def content(text: str) -> set[str]:
    """What ``text`` says beyond common words: stems of six letters, numbers, pairs of Chinese characters."""
    found = {
        token[:_STEM]
        for token in unicode_tokens(text)
        if token not in _COMMON_EN and (len(token) > 2 or token.isnumeric()) and not _HAN_RUN.match(token)
    }
    for run in _HAN_RUN.findall(_COMMON_ZH.sub(" ", text)):
        found.update(run[place : place + 2] for place in range(max(1, len(run) - 1)))
    return found


def common_share(text: str) -> float:
    """The share of common words (in Chinese, of characters in them) among the words of ``text``, 0 to 1."""
    tokens = unicode_tokens(text)
    if not tokens:
        return 0.0
    common = sum(is_common(token) for token in tokens)
    han = "".join(_HAN_RUN.findall(text))
    if han:
        common += len(han) - len(_COMMON_ZH.sub("", han))
    return min(1.0, common / len(tokens))


def _share(pattern: re.Pattern[str], told: list[str]) -> float:
    return sum(bool(pattern.search(each.replace("’", "'"))) for each in told) / len(told) if told else 0.0
