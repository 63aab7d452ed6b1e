//! Writing a question as a contract line: defaults are left out, keys stand in the contract's order.

use std::fmt::{Display, Write};

use crate::money::Money;
use crate::policy::{
    Applicant, Assessment, Dated, Enrollment, HouseholdFacts, MemberStatus, Options, Params, Property,
    Request, SpecialFamily,
};

/// The line that [`super::parse`] reads to the same question, without a line feed.
pub fn write(question: &Assessment) -> String {
    let mut line = String::with_capacity(512);
    let mut object = Object::open(&mut line);
    object.text("id", &question.id);
    object.list("programs", &question.programs, |line, program| quote(line, program.code()));
    object.list("months", &question.months, |line, month| quote(line, month));
    object.some("known_at", question.known_at);
    object.nested("options", |object| options(object, &question.options));
    object.key("applicant");
    let mut person = Object::open(object.line);
    applicant(&mut person, &question.applicant);
    person.close();
    if let Some(facts) = &question.household {
        object.nested("household", |object| household(object, facts));
    }
    object.nested("enrollment", |object| enrollment(object, &question.enrollment));
    object.nested("request", |object| request(object, &question.request));
    if question.paid.is_some() {
        paid(&mut object, question);
    }
    object.close();
    line
}

/// Text as a JSON string.
pub(super) fn quoted(line: &mut String, text: &str) {
    line.push('"');
    for char in text.chars() {
        match char {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            control
                if control < ' ' || control == '\u{7f}' || control == '\u{2028}' || control == '\u{2029}' =>
            {
                let _ = write!(line, "\\u{:04x}", u32::from(control));
            }
            other => line.push(other),
        }
    }
    line.push('"');
}

/// A value whose text needs no escape.
fn quote(line: &mut String, value: impl Display) {
    let _ = write!(line, "\"{value}\"");
}

/// An object that is being written.
struct Object<'l> {
    line: &'l mut String,
    empty: bool,
}

impl<'l> Object<'l> {
    fn open(line: &'l mut String) -> Object<'l> {
        line.push('{');
        Object { line, empty: true }
    }

    fn close(self) {
        self.line.push('}');
    }

    fn key(&mut self, key: impl Display) {
        if !self.empty {
            self.line.push(',');
        }
        self.empty = false;
        let _ = write!(self.line, "\"{key}\":");
    }

    fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        quoted(self.line, text);
    }

    fn quote(&mut self, key: impl Display, value: impl Display) {
        self.key(key);
        quote(self.line, value);
    }

    fn some(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.quote(key, value);
        }
    }

    /// A word, unless it is the default.
    fn word<T: PartialEq + Copy>(&mut self, key: &str, value: T, default: T, code: fn(T) -> &'static str) {
        if value != default {
            self.quote(key, code(value));
        }
    }

    fn number(&mut self, key: &str, value: u32) {
        self.key(key);
        let _ = write!(self.line, "{value}");
    }

    fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.key(key);
            self.line.push_str("true");
        }
    }

    /// An object, left out when nothing stands in it.
    fn nested(&mut self, key: &str, fill: impl FnOnce(&mut Object)) {
        let (before, empty) = (self.line.len(), self.empty);
        self.key(key);
        let mut object = Object::open(self.line);
        fill(&mut object);
        if object.empty {
            self.line.truncate(before);
            self.empty = empty;
        } else {
            object.close();
        }
    }

    /// A list, left out when empty.
    fn list<T>(&mut self, key: &str, values: &[T], write: impl Fn(&mut String, &T)) {
        if values.is_empty() {
            return;
        }
        self.key(key);
        self.line.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            write(self.line, value);
        }
        self.line.push(']');
    }

    /// A list of objects.
    fn objects<T>(&mut self, key: &str, values: &[T], fill: impl Fn(&mut Object, &T)) {
        self.list(key, values, |line, value| {
            let mut object = Object::open(line);
            fill(&mut object, value);
            object.close();
        });
    }

    /// A list of facts that hold between two days.
    fn dated<T>(&mut self, key: &str, values: &[Dated<T>], fill: impl Fn(&mut Object, &T)) {
        self.objects(key, values, |object, value| {
            fill(object, &value.fact);
            object.some("since", value.since);
            object.some("until", value.until);
        });
    }
}

fn options(object: &mut Object, options: &Options) {
    let by = Options::default();
    macro_rules! word {
        ($($key:ident: $name:ident),+) => {
            $(object.word(stringify!($key), options.$key, by.$key, crate::policy::$name::code);)+
        };
    }
    word!(
        age_attained: AgeAttained, leap_birthday: LeapBirthday, age_in: AgeIn, stop: Stop, rounding: Rounding,
        deduction_scope: DeductionScope, uplift: Uplift, exit_schedule: ExitSchedule, cash_ceiling: CashCeiling,
        single_person: Switch, child_top_up: Switch, member_join: MemberJoin, care_share: CareShare
    );
    object.nested("params", |object| params(object, &options.params));
}

fn params(object: &mut Object, params: &Params) {
    object.some("low_income_line", params.low_income_line);
    object.some("subsistence_standard", params.subsistence_standard);
    object.some("disability_care_high", params.disability_care_high);
    object.some("disability_care_low", params.disability_care_low);
    object.some("child_support", params.child_support);
    object.some("extremely_poor_basic", params.extremely_poor_basic);
}

fn applicant(object: &mut Object, person: &Applicant) {
    let by = Applicant::default();
    object.some("birth_date", person.birth_date);
    object.some("died_on", person.died_on);
    object.some("left_region_on", person.left_region_on);
    object.word("hukou", person.hukou, by.hukou, crate::policy::Hukou::code);
    object.dated("disabilities", &person.disabilities, |object, fact| {
        object.quote("kind", fact.kind.code());
        object.number("grade", u32::from(fact.grade));
    });
    object.objects("care_level", &person.care_level, |object, fact| {
        object.quote("level", fact.level.code());
        object.some("since", fact.since);
    });
    object.word("self_care", person.self_care, by.self_care, crate::policy::SelfCare::code);
    object.flag("severe_illness", person.severe_illness);
    object.dated("hardship", &person.hardship, |object, fact| object.quote("kind", fact.kind.code()));
    object.dated("other_benefits", &person.other_benefits, |object, fact| {
        object.quote("kind", fact.kind.code());
        object.some("amount", fact.amount);
    });
    object.dated("student", &person.student, |object, fact| object.quote("level", fact.level.code()));
    object.flag("employed", person.employed);
    object.flag("stable_income", person.stable_income);
    money_unless_zero(object, "own_income", person.own_income);
    object.some("child_category", person.child_category.map(|category| category.code()));
    if let Some(family) = &person.special_family {
        object.nested("special_family", |object| special_family(object, family));
    }
    object.flag("basic_eldercare_target", person.basic_eldercare_target);
    object.word("residence", person.residence, by.residence, crate::policy::Residence::code);
}

fn money_unless_zero(object: &mut Object, key: &str, amount: Money) {
    object.some(key, (!amount.is_zero()).then_some(amount));
}

fn special_family(object: &mut Object, family: &SpecialFamily) {
    object.quote("child", family.child.code());
    if let Some(grade) = family.child_grade {
        object.number("child_grade", u32::from(grade));
    }
    object.quote("wife_birth_date", family.wife_birth_date);
    object.flag("other_child", family.other_child);
}

fn household(object: &mut Object, household: &HouseholdFacts) {
    object.dated("members", &household.members, |object, member| {
        object.quote("relation", member.relation.code());
        object.some("birth_date", member.birth_date);
        object.flag("full_time_student", member.full_time_student);
        object.flag("severe_illness", member.severe_illness);
        object.flag("severe_disability", member.severe_disability);
        object.word("status", member.status, MemberStatus::Normal, MemberStatus::code);
    });
    object.dated("monthly_income", &household.monthly_income, |object, income| {
        object.quote("amount", income.amount);
        object.word(
            "kind",
            income.kind,
            crate::policy::IncomeKind::Ordinary,
            crate::policy::IncomeKind::code,
        );
    });
    object.nested("property", |object| property(object, &household.property));
    object.flag("single_parent", household.single_parent);
    if let Some(age) = household.supporter_age {
        object.number("supporter_age", age);
    }
    object.flag("able_supporter", household.able_supporter);
}

fn property(object: &mut Object, property: &Property) {
    let counts = [
        ("motor_vehicles", property.motor_vehicles),
        ("disabled_motorcycles", property.disabled_motorcycles),
        ("homes", property.homes),
    ];
    for (key, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        object.number(key, count);
    }
    let area = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    object.some("total_area", property.total_area.map(area));
    object.some("usable_area_per_head", property.usable_area_per_head.map(area));
    object.flag("luxury", property.luxury);
    object.some("cash_assets", property.cash_assets);
}

fn enrollment(object: &mut Object, enrollment: &Enrollment) {
    object.some("applied_on", enrollment.applied_on);
    object.some("decided_on", enrollment.decided_on);
    object.objects("suspended", &enrollment.suspended, |object, suspension| {
        object.quote("since", suspension.since);
        object.some("until", suspension.until);
        object.quote("reason", suspension.reason.code());
    });
    object.some("chosen_set", enrollment.chosen_set.map(|set| set.code()));
    if let Some(exit) = &enrollment.exit {
        object.nested("exit", |object| {
            object.quote("first_month", exit.first_month);
            object.quote("previous_amount", exit.previous_amount);
        });
    }
}

fn request(object: &mut Object, request: &Request) {
    if let Some(assistance) = &request.temporary_assistance {
        object.nested("temporary_assistance", |object| {
            object.quote("mode", assistance.mode.code());
            object.quote("on", assistance.on);
            if let Some(persons) = assistance.persons {
                object.number("persons", persons);
            }
            if let Some(tier) = assistance.tier {
                object.number("tier", tier);
            }
            object.some("amount", assistance.amount);
        });
    }
    object.objects("meals", &request.meals, |object, meal| {
        object.quote("date", meal.date);
        object.quote("spend", meal.spend);
    });
    object.objects("care_bills", &request.care_bills, |object, bill| {
        object.quote("month", bill.month);
        object.quote("kind", bill.kind.code());
        object.quote("amount", bill.amount);
    });
}

fn paid(object: &mut Object, question: &Assessment) {
    object.key("paid");
    let mut programs = Object::open(object.line);
    for (program, months) in question.paid.iter().flatten() {
        programs.key(program);
        let mut object = Object::open(programs.line);
        months.iter().for_each(|(month, amount)| object.quote(month, amount));
        object.close();
    }
    programs.close();
}
