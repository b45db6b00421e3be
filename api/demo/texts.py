"""What a review becomes as a post: its text, with hashtags that fit its words and its mood; and what others answer."""

import csv
import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REVIEWS = Path(__file__).with_name("reviews_zh.csv")

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "酒店": ("酒店", "宾馆", "房间", "客房", "前台", "入住", "大堂", "大床", "标间", "服务员", "携程", "退房"),
    "书评": ("书", "作者", "小说", "阅读", "读者", "故事", "文字", "出版", "翻译", "文笔", "情节", "漫画"),
    "电脑": (
        *("电脑", "笔记本", "本本", "机器", "屏", "键盘", "显卡", "系统", "电池", "散热", "驱动", "硬盘", "内存"),
        *("光驱", "触摸板", "摄像头", "风扇", "开机", "vista", "xp", "cpu", "dell", "thinkpad", "华硕", "联想", "惠普"),
    ),
}
"""What the review is about: the hashtag whose words it uses most."""

DETAILS: Mapping[str, tuple[str, ...]] = {
    "早餐": ("早餐", "早饭", "自助餐"),
    "服务": ("服务", "态度", "前台"),
    "交通": ("地铁", "车站", "机场", "打车", "交通"),
    "风景": ("海景", "风景", "湖边", "景色", "窗外"),
    "性价比": ("性价比", "便宜", "实惠", "价格", "值得"),
    "屏幕": ("屏幕", "显示屏", "亮点"),
    "电池": ("电池", "续航"),
    "散热": ("散热", "发热", "发烫"),
    "物流": ("物流", "送货", "快递", "到货", "京东"),
    "亲子": ("孩子", "儿子", "女儿", "宝宝", "小朋友"),
    "小说": ("小说", "情节", "人物"),
    "历史": ("历史", "皇帝", "朝代"),
}
"""What it mentions."""

MOODS: Mapping[str, str] = {"pos": "推荐", "neg": "避雷"}
MOST_DETAILS = 2

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "pos": (
        *("谢谢分享，已经收藏了！", "同感，我上个月也试过，确实不错。", "看完就想下单了。", "请问现在还有优惠吗？"),
        *(
            "写得真仔细，很有帮助。",
            "被你说动了，周末去看看。",
            "Thanks, this is just what I wanted to know.",
            "Same here, no regrets.",
        ),
        *("照片也发一下吧！", "這篇太實用了，推一個。", "第一次看到有人講到重點。", "Adding this to my list."),
    ),
    "neg": (
        *("还好先看了你的评论，差点就买了。", "我也遇到过一样的问题。", "后来客服有回复吗？", "希望他们能改进。"),
        *(
            "避雷了，感谢！",
            "这也太过分了吧。",
            "Sorry to hear that. Did they offer a refund?",
            "Good to know before I book.",
        ),
        *(
            "辛苦了，抱抱。",
            "同樣的經驗，後來換了一家。",
            "可能是個案？我的就沒事。",
            "Honest reviews like this are rare.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Review:
    """One review as its author wrote it."""

    mood: str
    text: str

    def as_post(self) -> str:
        """The text as Markdown, its hashtags below it without spaces between, as people write them."""
        return f"{self.text}\n\n{''.join(f'#{name}' for name in self.hashtags())}"

    def hashtags(self) -> list[str]:
        """Its subject, what it mentions, its mood."""
        subject = max(SUBJECTS, key=lambda name: _uses(self.text, SUBJECTS[name]))
        found = [subject] if _uses(self.text, SUBJECTS[subject]) else []
        details = [name for name, words in DETAILS.items() if _uses(self.text, words)]
        return [*found, *details[:MOST_DETAILS], MOODS[self.mood]]


def reviews() -> list[Review]:
    """All of them, in the order of the file. What the web page they came from had escaped is unescaped."""
    with REVIEWS.open(encoding="utf-8", newline="") as file:
        return [Review(row["mood"], html.unescape(row["text"]).strip()) for row in csv.DictReader(file)]


def _uses(text: str, words: tuple[str, ...]) -> int:
    lowered = text.lower()
    return sum(lowered.count(word) for word in words)
