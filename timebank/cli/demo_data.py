"""Who the demo's neighbours are and what they do for each other; every text reads in both languages.

Days are counted back from today, so that a demo made at any time tells of the three months before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from timebank.contacts.models import ADDRESS as CONTACT_ADDRESS
from timebank.contacts.models import AGREED
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import EMAIL
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import OTHER
from timebank.contacts.models import TELEPHONE as CONTACT_TELEPHONE
from timebank.rights import AUDITOR
from timebank.rights import COORDINATOR
from timebank.rights import MEMBER
from timebank.rights import STEWARD
from timebank.rights import TREASURER

SLUG: Final = "kadoma"
NAME: Final = "Kadoma たすけあい"
LEGAL_FORM: Final = "任意団体 / Unincorporated association"
ADDRESS: Final = "大阪府門真市（見本の住所です） / Kadoma, Osaka (not a real address)"
TELEPHONE: Final = "06-0000-0000"

#: How many days of exchanges there are, and how many more the community has existed.
DAYS: Final = 92
DAYS_BEFORE: Final = 30

SHOPPING: Final = "買い物 / Shopping"
RIDES: Final = "送り迎え / Rides"
COMPANY: Final = "電話・話し相手 / Company"
GARDEN: Final = "庭・家まわり / House and garden"
LETTERS: Final = "手紙・書類 / Letters and forms"
COOKING: Final = "料理 / Cooking"
TEACHING: Final = "教え合い / Teaching"
KINDS: Final = (SHOPPING, RIDES, COMPANY, GARDEN, LETTERS, COOKING, TEACHING)

ROLES: Final = {
    MEMBER: "会員 / Member",
    COORDINATOR: "コーディネーター / Coordinator",
    TREASURER: "会計 / Treasurer",
    STEWARD: "世話役 / Steward",
    AUDITOR: "会計監査 / Auditor",
}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody of the demo community."""

    number: str
    name: str
    reading: str
    district: str
    role: str = MEMBER
    signs_in: bool = True
    #: Some have no address for mail.
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Habit:
    """What one neighbour does for another again and again."""

    giver: str
    receiver: str
    kind: str
    #: From one time to the next; a day more or less comes by itself.
    every_days: int
    #: The first time, counted from the first of the demo's days.
    first_day: int
    #: These follow one another, and so do the texts.
    minutes: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened once: between two, or with several on one side."""

    days_ago: int
    givers: tuple[str, ...]
    receivers: tuple[str, ...]
    minutes: int
    kind: str
    text: str
    shared: bool = False


# The coordinator of the demo takes part like everybody else. One is a pupil, one is 87, and it shows
# nowhere: everybody gives and everybody receives.
NEIGHBOURS: Final = (
    Neighbour("001", "中村 花子", "なかむら はなこ", "幸福町", email="hanako@kadoma.example"),
    Neighbour("002", "田中 健一", "たなか けんいち", "新橋町", email="kenichi@kadoma.example"),
    Neighbour("003", "山本 和子", "やまもと かずこ", "幸福町"),
    Neighbour("004", "山本 和子", "やまもと かずこ", "石原町", email="kazuko@kadoma.example"),
    Neighbour("005", "佐藤 美咲", "さとう みさき", "御堂町", COORDINATOR, email="misaki@kadoma.example"),
    Neighbour("006", "鈴木 誠", "すずき まこと", "本町", TREASURER, email="makoto@kadoma.example"),
    Neighbour("007", "高橋 由美", "たかはし ゆみ", "沖町", STEWARD, email="yumi@kadoma.example"),
    Neighbour("008", "伊藤 正", "いとう ただし", "大橋町", signs_in=False),
    Neighbour("009", "渡辺 さくら", "わたなべ さくら", "月出町"),
    Neighbour("010", "小林 ヨシ", "こばやし よし", "御堂町"),
    Neighbour("011", "加藤 大輔", "かとう だいすけ", "新橋町", email="daisuke@kadoma.example"),
    Neighbour("012", "吉田 恵", "よしだ めぐみ", "石原町"),
    Neighbour("013", "松本 隆", "まつもと たかし", "本町"),
    Neighbour("014", "井上 真理", "いのうえ まり", "栄町"),
)
#: A family that is a member as one; for it two act, who are no members themselves.
HOUSEHOLD: Final = Neighbour("015", "森田家", "もりたけ", "速見町")
HOUSEHOLD_PEOPLE: Final = (
    ("森田 直樹", "naoki@kadoma.example"),
    ("森田 彩", "aya@kadoma.example"),
    ("森田 翔", "sho@kadoma.example"),
)
#: The eldest son did the garden and the shutters, has moved out, and would take his hours along.
MOVED_OUT: Final = "森田 翔"
HOUSEHOLD_LABEL: Final = "世帯 / Household"
#: Somebody of 87 trusts her granddaughter, who is no member and lives in another town.
TRUSTING: Final = "010"
TRUSTED_NAME: Final = "小林 恵子"
TRUSTED_EMAIL: Final = "keiko@kadoma.example"
TRUSTED_LABEL: Final = "手続きを任せた人 / Trusted person"
TRUSTED_TICKS: Final = ("log", "answer", "read")
#: Who looks at the books from outside is no member and signs in by e-mail.
AUDITOR_NAME: Final = "木村 明"
AUDITOR_EMAIL: Final = "auditor@kadoma.example"

HABITS: Final = (
    Habit(
        *("001", "010", SHOPPING, 7, 2, (60, 60, 75)),
        (
            "市場で買い物 / Shopping at the market",
            "米としょうゆの買い出し / Rice and soy sauce, which are heavy",
            "市場と図書館へ / To the market and the library",
        ),
    ),
    Habit(
        *("010", "009", TEACHING, 7, 4, (60,)),
        (
            "学校のあとに書道 / Calligraphy after school",
            "昔の門真の話を聞いて作文に / Stories of old Kadoma, for an essay",
        ),
    ),
    Habit(
        *("009", "002", TEACHING, 14, 5, (90, 60)),
        (
            "スマートフォンの使い方 / How to use a smartphone",
            "写真の整理 / Putting photographs in order",
        ),
    ),
    Habit(
        *("002", "001", RIDES, 14, 8, (60, 45)),
        ("駅まで車で / By car to the station", "園芸店まで車で / By car to the garden shop"),
    ),
    Habit(
        *("011", "008", GARDEN, 21, 3, (120,)),
        ("庭木の手入れ / Trimming the trees", "草取りと雨どいの掃除 / Weeds and gutters"),
    ),
    Habit(
        *("008", "003", GARDEN, 14, 9, (60, 75)),
        ("包丁とぎ / Sharpening knives", "自転車の修理 / Mending a bicycle", "網戸の張り替え / New screens"),
    ),
    Habit(
        *("003", "011", COOKING, 10, 6, (60,)),
        ("夕飯のおかずを二日分 / Supper for two days", "煮物と漬物 / Stew and pickles"),
    ),
    Habit(
        *("004", "012", COMPANY, 7, 1, (30,)),
        ("火曜日の電話 / The weekly telephone call", "電話でおしゃべり / A chat by telephone"),
    ),
    Habit(
        *("012", "004", LETTERS, 21, 12, (60,)),
        ("役所の書類を一緒に / Forms of the town office, together", "手紙の代筆 / Writing letters"),
    ),
    Habit(
        *("005", "006", COOKING, 30, 10, (90,)),
        ("味噌づくり / Making miso", "作り置きの料理 / Cooking for the week"),
    ),
    Habit(
        *("006", "005", LETTERS, 30, 18, (60, 90)),
        ("確定申告の書類 / Papers for the tax office", "家計簿の相談 / Looking at the household accounts"),
    ),
    Habit(
        *("007", "014", RIDES, 21, 7, (90,)),
        ("習い事の送り迎え / To the lesson and back", "大きな買い物を車で / Large things by car"),
    ),
    Habit(
        *("014", "007", GARDEN, 21, 14, (60,)),
        ("植木の水やり / Watering the plants", "畑の手伝い / In the vegetable patch"),
    ),
)

OCCASIONS: Final = (
    Occasion(85, ("006",), ("013",), 60, LETTERS, "引っ越しの届け出 / Papers for the move"),
    Occasion(76, ("011", "009", "014"), ("013",), 180, GARDEN, "引っ越しの荷物 / Moving in", shared=True),
    Occasion(68, ("014",), ("003",), 120, GARDEN, "障子の張り替え / New paper for the screens"),
    Occasion(59, ("013",), ("006",), 90, COOKING, "そば打ち / Making noodles"),
    Occasion(51, ("002",), ("010",), 30, RIDES, "図書館まで車で / By car to the library"),
    Occasion(44, ("005",), ("001",), 45, COMPANY, "雨の日のお茶 / Tea on a rainy day"),
    Occasion(33, ("012",), ("001", "003", "010", "004"), 60, TEACHING, "布ぞうりの教室 / Weaving sandals"),
    Occasion(27, ("001",), ("014",), 75, COOKING, "お弁当づくり / Packed lunches"),
    Occasion(23, ("015",), ("003",), 90, GARDEN, "雨戸の手入れ / Looking after the shutters"),
    Occasion(20, ("015",), ("011",), 120, GARDEN, "庭の草取り / Weeding the garden"),
    Occasion(18, ("004",), ("015",), 60, TEACHING, "子どもたちと折り紙 / Origami with the children"),
    Occasion(16, ("009",), ("012",), 60, TEACHING, "パソコンの設定 / Setting up a computer"),
)

# What did not go straight into the books.
TWICE: Final = Occasion(21, ("004",), ("009",), 60, LETTERS, "作文を読んで感想 / Reading an essay together")
TWICE_REASON: Final = "電話と紙で二重に記録 / Recorded twice, by telephone and by slip"
DECLINED: Final = Occasion(12, ("011",), ("003",), 60, GARDEN, "植木鉢を運んだ / Carrying flower pots")
DECLINED_REASON: Final = "石原町の山本さんだと思います / I think it was Yamamoto-san of Ishihara-chō"
DISPUTED: Final = Occasion(9, ("014",), ("006",), 120, SHOPPING, "家具店へ / To the furniture shop")
DISPUTED_REASONS: Final = (
    "一時間だったと思います / I think it was one hour",
    "往復で二時間でした / There and back it was two hours",
)
#: Wait for the demo's first member.
ASKED: Final = (
    Occasion(2, ("002",), ("001",), 60, RIDES, "合唱の練習まで車で / By car to choir practice"),
    Occasion(1, ("012",), ("001",), 90, COOKING, "梅干しづくり / Making pickled plums"),
)
#: Wait for others: for somebody who signs in, and for somebody whom only a coordinator can ask.
UNANSWERED: Final = (
    Occasion(4, ("013",), ("008",), 60, GARDEN, "戸の修理 / Mending a door"),
    Occasion(1, ("001",), ("004",), 45, LETTERS, "年賀状の準備 / Preparing new year's cards"),
)

POOL: Final = "困ったときの時間箱 / For hard times"
POOL_PURPOSE: Final = "病気や介護で、いまは手伝えない人に / For whoever is ill or caring, and cannot give now"
#: Who gives to the pool, how many minutes, with which words; and whether the name is not shown.
GIFTS: Final = (
    ("001", 60, "お互いさまですから / We all need it one day", False),
    ("011", 120, "", False),
    ("012", 30, "少しですが / It is not much", True),
)
GRANTED: Final = ("013", 90, "足のけがのあと、しばらくの間 / For a while, after an injured foot")
#: Who gives hours to whom, how many minutes, with which words.
PRESENT: Final = (
    "007",
    "008",
    60,
    "いつも声をかけてくれてありがとう / Thank you for always having a word for me",
)

INSURANCE: Final = "ボランティア活動保険 / Volunteers' insurance"
DRIVING: Final = "運転免許 / Driving licence"
COURSE: Final = "福祉有償運送運転者講習 / Course for drivers"
LICENCE_KINDS: Final = (INSURANCE, DRIVING, COURSE)
#: Whose it is, what it is, in how many days it runs out (or never), and a word about it.
LICENCES: Final = (
    *((number, INSURANCE, 124, "") for number in ("001", "002", "004", "005", "009", "012")),
    ("011", INSURANCE, 12, "会社で加入 / Insured at work"),
    ("001", DRIVING, 640, ""),
    ("011", DRIVING, 25, "眼鏡が必要 / With glasses"),
    ("002", DRIVING, 1_100, ""),
    ("001", COURSE, None, ""),
)

#: Who is away, and for how many days.
AWAY: Final = ("014", 12)

#: What somebody asks about their data.
ASKED_ABOUT_DATA: Final = ("003", "住所の番地が古いままです / The house number of my address is an old one")

STEWARD_NUMBER: Final = "007"
#: Who may know how members are reached, and who has not answered yet.
SHARING_RULES: Final = (
    "連絡先は、助け合いの約束のためだけに使います。会の外の人には伝えません。"
    " / How we are reached is for what we have agreed on, and is passed on to nobody outside."
)
NOT_AGREED: Final = ("004", "011")
#: How neighbours are reached, and who may see it; none of it is anybody's.
CONTACTS: Final = (
    ("001", CONTACT_TELEPHONE, "06-0000-0101", AGREED),
    ("001", CONTACT_ADDRESS, "門真市幸福町（見本） / Kōfuku-chō (not a real address)", COORDINATORS),
    ("001", OTHER, "電話は夕方に / Best in the evening", AGREED),
    ("002", CONTACT_TELEPHONE, "06-0000-0102", MEMBERS),
    ("002", EMAIL, "kenichi@kadoma.example", AGREED),
    ("003", CONTACT_TELEPHONE, "06-0000-0103", COORDINATORS),
    ("005", CONTACT_TELEPHONE, "06-0000-0105", MEMBERS),
    ("008", CONTACT_TELEPHONE, "06-0000-0108", AGREED),
    ("009", CONTACT_TELEPHONE, "06-0000-0109", AGREED),
    ("010", CONTACT_TELEPHONE, "06-0000-0110", AGREED),
    ("012", CONTACT_TELEPHONE, "06-0000-0112", NOBODY),
)

#: Who was entered a second time when he telephoned from his daughter's, and what was logged for him there.
ENTERED_TWICE: Final = Neighbour("031", "伊藤　正", "イトウ タダシ", "大橋町", signs_in=False)
UNDER_THE_OTHER_NUMBER: Final = Occasion(18, ("012",), ("031",), 60, LETTERS, "書類の記入 / Filling in forms")
HOW_THE_OTHER_IS_REACHED: Final = ("031", CONTACT_TELEPHONE, "０６（００００）０１０８", COORDINATORS)
#: Who has the same name and is not the same.
TWO_PEOPLE: Final = ("003", "004")


def habits_by_day() -> Iterator[tuple[int, Occasion]]:
    """Spread every habit over the demo's days: each occasion with its number, which decides who logs it."""
    for row, habit in enumerate(HABITS):
        for time, day in enumerate(range(habit.first_day, DAYS, habit.every_days)):
            # Nobody comes on the same weekday for ever; the last day is yesterday.
            came_on = min(max(day + (time * 5 + row) % 3 - 1, 0), DAYS - 1)
            yield (
                time + row,
                Occasion(
                    DAYS - came_on,
                    (habit.giver,),
                    (habit.receiver,),
                    habit.minutes[time % len(habit.minutes)],
                    habit.kind,
                    habit.texts[time % len(habit.texts)],
                ),
            )
