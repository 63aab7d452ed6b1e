//! What every page has around it: who is signed in, where one can go, what was done or refused last.

use domain::actor::Role;

use super::answers::Refusal;
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::lang::Lang;
use crate::replay::role;

/// The frame of a page.
pub(super) struct Frame {
    /// The language.
    pub lang: Lang,
    /// The account.
    pub account: String,
    /// What it is called at the office.
    pub post: String,
    /// Its roles: code, name, and whether it acts in it now.
    pub roles: Vec<(String, &'static str, bool)>,
    /// Where one can go.
    pub places: Vec<Place>,
    /// Whether something can be looked for.
    pub may_find: bool,
    /// What a process refused, with the words of the refusal.
    pub refused: Option<Refusal>,
}

/// An entry of the menu.
pub(super) struct Place {
    pub path: &'static str,
    pub name: &'static str,
    pub here: bool,
}

/// The menu: path, names, and the capability that it needs.
const PLACES: [(&str, &str, &str, Capability); 14] = [
    ("/", "工作台", "Desk", Capability::KnowOneself),
    ("/find", "查找", "Find", Capability::ReadCases),
    ("/register/household", "登记", "Register", Capability::RegisterPeople),
    ("/import", "导入", "Import", Capability::TakeGifts),
    ("/runs", "发放批次", "Payment runs", Capability::ReadPayments),
    ("/recoveries", "追缴", "Recoveries", Capability::ReadPayments),
    ("/money", "资金与捐赠", "Funds and gifts", Capability::ReadMoney),
    ("/erasures", "个人信息删除", "Erasures", Capability::ReadRegister),
    ("/dashboards", "统计", "Dashboards", Capability::ReadPayments),
    ("/rates", "政策参数", "Rates", Capability::KnowOneself),
    ("/audit", "审计室", "Audit room", Capability::Audit),
    ("/users", "用户管理", "Users", Capability::ReadUsers),
    ("/webhooks", "推送订阅", "Webhooks", Capability::ReadUsers),
    ("/layouts", "银行与账单格式", "File layouts", Capability::ReadUsers),
];

impl Frame {
    /// The frame for a visitor, at a place of the menu.
    pub fn new(visitor: &Visitor, here: &str) -> Frame {
        let lang = visitor.lang;
        let named = |each: &Role| {
            let (zh, en) = role(*each);
            (format!("{each:?}").to_lowercase(), lang.pick(zh, en), *each == visitor.role)
        };
        let open = PLACES.iter().filter(|(.., needs)| may(visitor.role, *needs));
        let places =
            open.map(|(path, zh, en, _)| Place { path, name: lang.pick(zh, en), here: *path == here });
        Frame {
            lang,
            account: visitor.account.account.to_string(),
            post: visitor.account.title.clone(),
            roles: visitor.account.roles.iter().map(named).collect(),
            places: places.collect(),
            may_find: may(visitor.role, Capability::ReadCases),
            refused: None,
        }
    }

    /// One of two texts that say the same.
    pub fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }
}
