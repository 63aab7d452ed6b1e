//! Invented names of people and places.

use domain::identifiers::Sex;

use super::prng::Prng;

/// The 26 communities (社区) of the street; invented.
pub(crate) const COMMUNITIES: [&str; 26] = [
    "云杉里社区",
    "青枫里社区",
    "望泉东社区",
    "望泉西社区",
    "晴川里社区",
    "松涛苑社区",
    "柳荫北社区",
    "柳荫南社区",
    "和畅园社区",
    "朗月园社区",
    "清河湾社区",
    "听雨轩社区",
    "桃溪里社区",
    "枣林社区",
    "榆树湾社区",
    "金穗里社区",
    "银杏园社区",
    "向阳里社区",
    "安和里社区",
    "春晖园社区",
    "秋实园社区",
    "北辰里社区",
    "鹤鸣里社区",
    "白鹭园社区",
    "锦绣里社区",
    "同心里社区",
];

const SURNAMES: [&str; 60] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓",
    "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余",
    "潘", "杜", "戴", "夏", "钟", "汪", "田", "欧阳", "司马",
];

const OLD_MALE: [&str; 28] = [
    "国", "德", "福", "贵", "忠", "义", "振", "宝", "文", "志", "永", "玉", "长", "庆", "春", "荣", "祥",
    "树", "生", "明", "山", "林", "海", "江", "祖", "兴", "学", "广",
];

const OLD_FEMALE: [&str; 28] = [
    "秀", "英", "兰", "淑", "珍", "桂", "芝", "玉", "凤", "芳", "琴", "华", "荣", "香", "云", "莲", "梅",
    "素", "贞", "惠", "敏", "书", "月", "霞", "爱", "清", "琳", "瑞",
];

const YOUNG: [&str; 26] = [
    "伟", "磊", "洋", "涛", "杰", "鹏", "宇", "浩", "子", "轩", "欣", "怡", "悦", "佳", "雨", "晨", "思",
    "嘉", "婷", "雪", "静", "丽", "敏", "倩", "博", "然",
];

/// Characters that older systems cannot write; all are real parts of names.
const RARE: [&str; 12] = ["喆", "堃", "犇", "赟", "翀", "龑", "瑢", "玥", "㛃", "䶮", "𬍛", "𣗋"];

const ETHNIC: [&str; 10] = [
    "买买提·吐尔逊",
    "古丽·阿里木",
    "巴特尔·苏和",
    "阿依努尔·卡德尔",
    "扎西·顿珠",
    "卓玛·央金",
    "艾山·玉素甫",
    "其其格·娜仁",
    "帕提古丽·肉孜",
    "迪丽·艾则孜",
];

/// A surname.
pub(crate) fn surname(prng: &mut Prng) -> &'static str {
    // the first ten surnames are as common as all the rest together
    if prng.chance(45) { prng.pick(&SURNAMES[..10]) } else { prng.pick(&SURNAMES) }
}

/// A name for someone of a generation.
pub(crate) fn full_name(prng: &mut Prng, surname: &str, sex: Sex, birth_year: i32) -> String {
    match prng.below(200) {
        0 => return prng.pick(&ETHNIC).to_owned(),
        1 | 2 => return format!("{surname}{}", prng.pick(&RARE)),
        3 => return format!("{surname}{}{}", prng.pick(&YOUNG), prng.pick(&RARE)),
        _ => {}
    }
    let given: &[&str] = match (birth_year < 1970, sex) {
        (true, Sex::Male) => &OLD_MALE,
        (true, Sex::Female) => &OLD_FEMALE,
        (false, _) => &YOUNG,
    };
    let first = prng.pick(given);
    if prng.chance(22) {
        return format!("{surname}{first}");
    }
    let second = prng.pick(given);
    format!("{surname}{first}{second}")
}

/// Where a household lives.
pub(crate) fn address(prng: &mut Prng, community: &str) -> String {
    let (building, unit, floor, door) =
        (prng.between(1, 48), prng.between(1, 6), prng.between(1, 18), prng.between(1, 4));
    format!("{}{building}号楼{unit}单元{floor}{door:02}室", community.trim_end_matches("社区"))
}

/// Donors that are no persons; invented.
pub(crate) const ORGANISATIONS: [&str; 8] = [
    "北京晴川里物业服务中心",
    "青枫里社区志愿服务队",
    "望泉便民菜站",
    "云杉里小学三年级二班",
    "和畅园业主委员会",
    "北辰里社区卫生服务站",
    "朗月园书画社",
    "同心里社区党支部",
];
