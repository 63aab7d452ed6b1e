//! Name, ID number and account: masked, or in clear after it was recorded.

use chrono::NaiveDate;
use domain::household::{Member, RegisteredHousehold};

use super::{masked, value};
use crate::lang::Lang;
use crate::processes::Office;
use crate::registers::Named;

/// The values of a person as they are shown.
pub(super) struct Values {
    pub name: String,
    id_number: String,
    account: String,
}

impl Values {
    pub fn of(office: &Office, member: &Member, on: NaiveDate, lang: Lang, opened: bool) -> Values {
        let person = member.person_id;
        if member.is_restricted() {
            let hidden = || lang.pick("（限制处理）", "(restricted)").to_owned();
            return Values { name: hidden(), id_number: hidden(), account: hidden() };
        }
        let name = if opened {
            value(office, &member.name, person, lang, |name| name.0.clone())
        } else {
            masked(office, member, lang)
        };
        let id_number = value(office, &member.id_number, person, lang, |number| {
            if opened { number.as_str().to_owned() } else { number.masked() }
        });
        let account = member.account.at(on).map(|payee| {
            value(office, &payee.account, payee.holder, lang, |account| {
                if opened { account.as_str().to_owned() } else { account.masked() }
            })
        });
        let account = account.unwrap_or_else(|| lang.pick("未登记", "none").to_owned());
        Values { name, id_number, account }
    }

    /// With what else is known of the person.
    pub fn told(
        &self,
        lang: Lang,
        home: Option<&RegisteredHousehold>,
        member: &Member,
    ) -> Vec<(&'static str, String)> {
        let mut told = vec![
            (lang.pick("姓名", "Name"), self.name.clone()),
            (lang.pick("公民身份号码", "ID number"), self.id_number.clone()),
            (lang.pick("收款账户", "Account"), self.account.clone()),
            (lang.pick("与户主关系", "Relation"), member.relation.said(lang)),
            (lang.pick("户籍", "Household registration"), member.hukou.said(lang)),
        ];
        if let Some(home) = home {
            told.push((lang.pick("社区", "Community"), home.community.clone()));
        }
        if let Some(day) = member.died_on() {
            told.push((lang.pick("去世", "Died"), day.to_string()));
        }
        told
    }
}
