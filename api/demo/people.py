"""Sixty invented members, who own the orders of real customers. Some have a role, some stand for a tier."""

from collections.abc import Iterator
from dataclasses import dataclass

from community.access.policy import Role

PASSWORD = "turn the hourglass"
"""Of every demo member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to join. Everybody is a member; `role` is what they are trusted with besides."""

    handle: str
    name: str
    locale: str
    role: Role
    customer: str
    """Whose orders they own, by the customer's number in the orders."""

    @property
    def email(self) -> str:
        """A mailbox that nobody can have (RFC 2606)."""
        return f"{self.handle}@example.com"

    @property
    def time_zone(self) -> str:
        """Where they probably live."""
        return "Asia/Taipei" if self.locale == "zh-Hant" else "Europe/London"


TIERS = {"mei": "VIP", "yijun_chen": "Gold", "jiahao": "Silver", "graceobi": "Member"}
"""Somebody on each tier, by handle: they write little, so it is what they bought that placed them there."""

CUSTOMERS = {"mei": "0549", "yijun_chen": "0232", "jiahao": "1786", "graceobi": "0756"}
"""Customers who bought so much in the last twelve months."""

STAFF = (
    Person(handle="mei", name="林小美", locale="zh-Hant", role=Role.MEMBER, customer=CUSTOMERS["mei"]),
    Person(handle="mona", name="莫娜", locale="zh-Hant", role=Role.MODERATOR, customer="0001"),
    Person(handle="edith", name="Edith Page", locale="en", role=Role.EDITOR, customer="0002"),
    Person(handle="ana", name="Ana Lyst", locale="en", role=Role.ANALYST, customer="0003"),
    Person(handle="ada", name="Ada Minh", locale="en", role=Role.ADMIN, customer="0004"),
)

GUESTS = """
    陳怡君 yijun_chen; 黃志明 zhiming; 張雅婷 yating; 李冠宇 guanyu; 王淑芬 shufen; 吳宗翰 zonghan;
    劉佳穎 jiaying; 蔡承恩 chengen; 楊詩涵 shihan; 許家豪 jiahao; 鄭心怡 xinyi; 謝東霖 donglin; 郭品妍 pinyan;
    洪俊傑 junjie; 曾子瑜 ziyu; 邱文彬 wenbin; 廖婉婷 wanting; 賴柏翰 bohan; 徐若琳 ruolin; 周彥廷 yanting;
    葉思妤 siyu; 蘇建宏 jianhong; 莊雨潔 yujie; 江明哲 mingzhe; 何欣蓓 xinbei; 蕭立群 liqun; 羅美惠 meihui;
    高振宇 zhenyu; 潘芷若 zhiruo; 簡永康 yongkang; 朱曉彤 xiaotong; 鍾國強 guoqiang; 彭思遠 siyuan;
    游佩珊 peishan; 詹偉倫 weilun; 胡靜宜 jingyi; Oliver Hart oliver_h; Priya Nair priya; Tom Becker tbecker;
    Grace Obi graceobi; Liam Walsh liamw; Sofia Rossi sofia; Noah Kim noahk; Emma Lind emmalind;
    Jack Turner jturner; Chloe Martin chloe_m; Ben Osei benosei; Ruth Cohen ruthc; Leo Fischer leof;
    Maya Patel mayap; Hugo Silva hugos; Nina Petrova nina_p; Sam Reid samreid; Isla Grant islag;
    Omar Haddad omarh
"""


def _guests() -> Iterator[Person]:
    for number, entry in enumerate(GUESTS.split(";"), start=1):
        name, handle = entry.strip().rsplit(maxsplit=1)
        yield Person(
            handle=handle,
            name=name,
            locale="en" if name.isascii() else "zh-Hant",
            role=Role.MEMBER,
            customer=CUSTOMERS.get(handle, f"{number * APART:04}"),
        )


APART = 40
"""The guests' customers are so far apart in the file that they are as different as all of them."""

PEOPLE = (*STAFF, *_guests())
ON_TIERS = tuple(person for handle in TIERS for person in PEOPLE if person.handle == handle)
