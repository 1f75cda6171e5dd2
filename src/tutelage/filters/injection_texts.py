"""What the injector writes: low-effort answers of every kind, in English and Chinese.

There are two sets without a text in common: ``fit`` calibrates the filter ``shirker``, ``test`` tries it.
``{topic}`` is replaced by words of the question, ``{question}`` by the question as one would repeat it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "zh"]
Variants = Literal["fit", "test"]
Texts = Mapping[Variants, Mapping[Language, tuple[str, ...]]]

REFUSALS: Texts = {
    "fit": {
        "en": (
            "I'm sorry, but I can't help with that.",
            "As an AI language model, I am not able to give an answer to this question.",
            "Unfortunately, I cannot provide information on {topic}.",
            "I won't be able to do this one. Please ask about another subject.",
            "Sorry, that is outside what I can do.",
            "I must decline this request.",
        ),
        "zh": (
            "很抱歉，我无法回答这个问题。",
            "作为一个人工智能语言模型，我不能完成这项任务。",
            "对不起，这个要求超出了我的能力范围。",
            "我不能提供关于{topic}的内容，请换一个问题。",
        ),
    },
    "test": {
        "en": (
            "I apologize, but I'm unable to assist with this request.",
            "I don't have the ability to answer questions about {topic}.",
            "I'd rather not answer this. Is there something else you would like to talk about?",
            "My apologies, this is not a task I can take on.",
            "As a virtual assistant, I am not in a position to advise on {topic}.",
            "I have to pass on this question.",
        ),
        "zh": (
            "非常遗憾，我没有办法为您提供这方面的帮助。",
            "作为AI助手，我不便讨论{topic}。",
            "抱歉，这个任务我做不了，您可以问我别的问题。",
            "恕我不能回答。",
        ),
    },
}

STOCK: Texts = {
    "fit": {
        "en": (
            "That's a great question! There are many factors to consider here.",
            "This is an important topic that affects many people in different ways.",
            "There are many ways to do this, so choose what works best for you.",
            "Thank you for asking! I hope this helps. Let me know if you have any other questions.",
            "It is always good to plan ahead, stay positive and do your best.",
            "With hard work and the right attitude, anything is possible.",
        ),
        "zh": (
            "这是一个很好的问题，需要考虑很多因素。",
            "每个人的情况都不一样，选择适合自己的就好。",
            "感谢您的提问，希望以上内容对您有所帮助。",
            "只要努力坚持，就一定能取得好的结果。",
        ),
    },
    "test": {
        "en": (
            "What an interesting topic! It certainly has a lot of sides to it.",
            "There is a lot one could say about this, and opinions differ.",
            "Good communication and careful preparation are the key to success.",
            "Here is the answer to your question. Please let me know if you need anything else!",
            "Everything has its advantages and disadvantages, so it is best to keep an open mind.",
            "This can be achieved in various ways. Just follow the best practices and you will be fine.",
        ),
        "zh": (
            "这个话题非常有意思，涉及的方面也很多。",
            "任何事情都有两面性，应该辩证地看待。",
            "做好充分的准备和沟通，是成功的关键。",
            "以上就是我的回答，如有其他问题欢迎随时提问。",
        ),
    },
}

STUBS: Texts = {
    "fit": {
        "en": ("Sure.", "Yes, you can do that.", "Do some research first.", "It works well.", "Done."),
        "zh": ("可以。", "好的，没问题。", "多了解一下就行。", "已完成。"),
    },
    "test": {
        "en": ("Okay.", "Yes, it helps a lot.", "Make a plan and stick to it.", "Fine.", "Just try it out."),
        "zh": ("行。", "是的，很有用。", "做个计划吧。", "试试看。"),
    },
}

RESTATEMENTS: Texts = {
    "fit": {
        "en": (
            "{question}",
            "You are asking the following: {question}",
            "The question is about this: {question} That is what we need to find out.",
            "So you want to know this. {question}",
        ),
        "zh": ("{question}", "您问的是：{question}", "问题是这样的：{question}这就是我们要弄清楚的。"),
    },
    "test": {
        "en": (
            "To put it another way, {question}",
            "The task here is as follows. {question}",
            "I understand your request: {question} Let us look at it together.",
            "Your question was: {question}",
        ),
        "zh": (
            "换句话说，{question}",
            "您的要求如下：{question}",
            "我明白您的意思，{question}我们一起来看看。",
        ),
    },
}

EVASIONS: Texts = {
    "fit": {
        "en": (
            "It depends on your situation. You may want to consult a professional.",
            "It's hard to say. You should look it up online.",
            "There is no simple answer to this. Opinions on {topic} vary widely.",
            "That is up to you. Everyone has to decide about {topic} for themselves.",
            "You can find plenty of information on {topic} on the internet.",
        ),
        "zh": (
            "这要看具体情况，建议您咨询专业人士。",
            "很难说，您可以上网查一下。",
            "关于{topic}，众说纷纭，没有标准答案。",
            "这取决于您自己的选择。",
        ),
    },
    "test": {
        "en": (
            "Well, that varies from case to case, and an expert could tell you more about {topic}.",
            "I am not really sure about this. Perhaps somebody else would know more.",
            "Before going into {topic}, it would be better to ask a specialist in the field.",
            "Who can say? Different people will give you different answers.",
            "There are plenty of books and websites about {topic}, so I suggest you read some of them.",
        ),
        "zh": (
            "这个因人而异，您最好去请教一下这方面的专家。",
            "我也不太确定，也许别人更清楚。",
            "网上有很多关于{topic}的资料，您可以自己找来看看。",
            "不同的人会有不同的看法，不好一概而论。",
        ),
    },
}

# A whole answer with a hole for the topic; the same few for all rows is what gives them away.
TEMPLATES: Texts = {
    "fit": {
        "en": (
            "When it comes to {topic}, there are three things to keep in mind. First, take the time to "
            "understand "
            "{topic} and why it matters to you. Second, make a clear plan and set goals that you can "
            "reach. Third, "
            "check your progress often and change the plan where it does not work. If you follow these "
            "three steps, "
            "you will soon see that {topic} gets easier every day.",
            "Here is what you should know about {topic}. To begin with, learn the basics of {topic} "
            "from a source "
            "you trust. After that, practise a little every day, and ask others for feedback. In the "
            "end, {topic} is "
            "a journey, so be patient and enjoy the process.",
        ),
        "zh": (
            "关于{topic}，有三点需要注意。第一，要花时间了解{topic}的基本情况。第二，要制定明确的计划，"
            "设定可以实现的目标。"
            "第三，要经常检查进展，及时调整计划。只要做到这三点，{topic}就会变得越来越容易。",
            "下面介绍一下{topic}。首先，要从可靠的渠道学习{topic}的基础知识。其次，要每天练习，"
            "多听取别人的意见。"
            "最后，{topic}是一个过程，需要耐心。",
        ),
    },
    "test": {
        "en": (
            "Let us talk about {topic}. The first step is to gather what you need and to be clear "
            "about what you "
            "want. The next step is to work on {topic} bit by bit, without rushing. The last step is "
            "to look back "
            "at what you have done and to learn from it. This is how most people succeed with {topic}, "
            "and you can "
            "do it as well.",
            "{topic} may seem difficult, but it is not. Start small and do not give up. Talk with "
            "people who have "
            "dealt with {topic} before, and write down what they tell you. Then put it into action one "
            "thing at a "
            "time. Before long, {topic} will feel natural to you.",
        ),
        "zh": (
            "我们来谈谈{topic}。第一步是准备好需要的东西，想清楚自己的目的。"
            "第二步是一点一点地推进{topic}，不要着急。"
            "最后一步是回顾所做的事情，从中总结经验。大多数人都是这样做好{topic}的，你也可以。",
            "{topic}看起来很难，其实不然。从小事做起，不要放弃。多和有经验的人聊聊{topic}，把他们说的记下来，"
            "然后一件一件地去做。过不了多久，{topic}就会变得很自然。",
        ),
    },
}

# Long and empty answers are put together from three lists: how a sentence opens, its subject, the rest.
OPENINGS: Texts = {
    "fit": {
        "en": (
            "",
            "In general, ",
            "Of course, ",
            "At the end of the day, ",
            "As we all know, ",
            "Moreover, ",
            "In today's world, ",
        ),
        "zh": ("", "一般来说，", "当然，", "总的来说，", "众所周知，", "此外，", "在当今社会，"),
    },
    "test": {
        "en": (
            "",
            "By and large, ",
            "Needless to say, ",
            "When all is said and done, ",
            "Clearly, ",
            "Beyond that, ",
            "On the whole, ",
        ),
        "zh": ("", "大体上讲，", "不用说，", "归根结底，", "很明显，", "除此之外，", "从整体来看，"),
    },
}
SUBJECTS: Texts = {
    "fit": {
        "en": (
            "this topic",
            "a good approach",
            "every situation",
            "the question of {topic}",
            "the process",
            "an open mind",
            "each person involved",
            "the right balance",
        ),
        "zh": (
            "这个话题",
            "好的方法",
            "每一种情况",
            "{topic}这个问题",
            "整个过程",
            "开放的心态",
            "每一个参与的人",
            "合适的平衡",
        ),
    },
    "test": {
        "en": (
            "a matter like this",
            "the way forward",
            "any effort of this sort",
            "the whole idea of {topic}",
            "a sensible person",
            "the bigger picture",
            "what one makes of it",
            "a bit of thought",
        ),
        "zh": (
            "这样的事情",
            "前进的方向",
            "任何这类努力",
            "{topic}这件事",
            "明智的人",
            "更大的格局",
            "如何理解它",
            "一点思考",
        ),
    },
}
PREDICATES: Texts = {
    "fit": {
        "en": (
            "can be very important for many different reasons",
            "plays a key role in achieving the desired results",
            "has many aspects that are worth considering",
            "should always be looked at from various perspectives",
            "can make a real difference when it is done in the right way",
            "depends on a number of factors and on the overall context",
            "helps people to reach their goals and to improve over time",
            "brings both challenges and opportunities that should not be overlooked",
            "needs time, effort and a positive attitude",
        ),
        "zh": (
            "由于种种原因都非常重要",
            "对于取得理想的结果起着关键作用",
            "有很多值得考虑的方面",
            "应该从不同的角度来看待",
            "只要方法得当，就能带来真正的改变",
            "取决于许多因素和整体的环境",
            "能够帮助人们实现目标，不断提高",
            "既有挑战也有机遇，不容忽视",
            "需要时间、努力和积极的态度",
        ),
    },
    "test": {
        "en": (
            "is something that a lot of people think about at one point or another",
            "goes hand in hand with other things that matter just as much",
            "tends to work out better when enough care is taken",
            "means different things to different people, which is perfectly understandable",
            "will turn out well as long as the basics are in place",
            "is a significant part of life and deserves proper attention",
            "offers numerous benefits, although there are drawbacks too",
            "has changed over the years and will keep changing in the future",
            "leads to good outcomes if everybody does their part",
        ),
        "zh": (
            "是很多人迟早都会想到的",
            "和其他同样重要的事情是分不开的",
            "只要足够用心，往往会有更好的效果",
            "对不同的人意味着不同的东西，这完全可以理解",
            "只要打好基础，就会顺利",
            "是生活中很重要的一部分，值得重视",
            "好处很多，但也有不足之处",
            "这些年来一直在变化，将来还会继续变化",
            "如果大家都尽到自己的责任，就会有好的结果",
        ),
    },
}
