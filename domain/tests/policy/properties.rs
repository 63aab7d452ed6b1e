//! What holds of every question, whatever is in it.

use domain::calendar::BenefitMonth;
use domain::money::Money;
use domain::policy::*;
use domain::program::Program;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn day() -> impl Strategy<Value = chrono::NaiveDate> {
    let first = chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    (0..73_049_u64).prop_map(move |days| first + chrono::Days::new(days))
}

/// A day near the months that are asked for.
fn near_day() -> impl Strategy<Value = chrono::NaiveDate> {
    let first = chrono::NaiveDate::from_ymd_opt(2022, 1, 1).unwrap();
    (0..1_500_u64).prop_map(move |days| first + chrono::Days::new(days))
}

fn money() -> impl Strategy<Value = Money> {
    prop_oneof![0..500_000_i64, 0..=999_999_999_999_i64].prop_map(|fen| Money::try_from_fen(fen).unwrap())
}

fn month() -> impl Strategy<Value = BenefitMonth> {
    (2013..=2026_i32, 1..=12_u32).prop_map(|(year, month)| BenefitMonth::try_new(year, month).unwrap())
}

fn dated<T: Clone + std::fmt::Debug>(fact: impl Strategy<Value = T>) -> impl Strategy<Value = Dated<T>> {
    (option::of(near_day()), option::of(0..900_u64), fact).prop_map(|(since, length, fact)| {
        let until = since.zip(length).map(|(since, length)| since + chrono::Days::new(length));
        Dated { since, until, fact }
    })
}

fn several<T: Clone + std::fmt::Debug>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    vec(one, 0..3)
}

macro_rules! any_code {
    ($name:ident) => {
        select($name::ALL.to_vec())
    };
}

prop_compose! {
    fn options()(
        ages in (any_code!(AgeAttained), any_code!(LeapBirthday), any_code!(AgeIn), any_code!(Stop)),
        means in (any_code!(Rounding), any_code!(DeductionScope), any_code!(Uplift), any_code!(ExitSchedule), any_code!(CashCeiling)),
        switches in (any_code!(Switch), any_code!(Switch), any_code!(MemberJoin), any_code!(CareShare)),
        params in (option::of(money()), option::of(money()), option::of(money()), option::of(money()), option::of(money()), option::of(money())),
    ) -> Options {
        Options {
            age_attained: ages.0, leap_birthday: ages.1, age_in: ages.2, stop: ages.3,
            rounding: means.0, deduction_scope: means.1, uplift: means.2, exit_schedule: means.3, cash_ceiling: means.4,
            single_person: switches.0, child_top_up: switches.1, member_join: switches.2, care_share: switches.3,
            params: Params {
                low_income_line: params.0, subsistence_standard: params.1, disability_care_high: params.2,
                disability_care_low: params.3, child_support: params.4, extremely_poor_basic: params.5,
            },
        }
    }
}

fn other_benefit() -> impl Strategy<Value = OtherBenefitPaid> {
    (any_code!(OtherBenefit), money())
        .prop_map(|(kind, amount)| OtherBenefitPaid { kind, amount: Some(amount) })
}

prop_compose! {
    fn applicant()(
        birth_date in day(),
        ends in (option::of(0..40_000_u64), option::of(near_day())),
        words in (any_code!(Hukou), any_code!(SelfCare), option::of(any_code!(ChildCategory)), any_code!(Residence)),
        disabilities in several(dated((any_code!(DisabilityKind), 1..=4_u8).prop_map(|(kind, grade)| Disability { kind, grade }))),
        care_level in several((any_code!(CareLevel), option::of(near_day())).prop_map(|(level, since)| CareLevelSince { level, since })),
        hardship in several(dated(any_code!(Hardship).prop_map(|kind| HardshipStatus { kind }))),
        other_benefits in several(dated(other_benefit())),
        student in several(dated(any_code!(StudentLevel).prop_map(|level| Student { level }))),
        flags in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        own_income in money(),
        family in option::of((any_code!(SpecialFamilyChild), 1..=4_u8, day(), any::<bool>())),
    ) -> Applicant {
        Applicant {
            birth_date: Some(birth_date),
            died_on: ends.0.map(|days| birth_date + chrono::Days::new(days)).filter(|day| chrono::Datelike::year(day) < 2100),
            left_region_on: ends.1, hukou: words.0, disabilities, care_level, self_care: words.1,
            severe_illness: flags.0, hardship, other_benefits, student, employed: flags.1, stable_income: flags.2,
            own_income, child_category: words.2,
            special_family: family.map(|(child, grade, wife_birth_date, other_child)| SpecialFamily {
                child, child_grade: Some(grade), wife_birth_date, other_child,
            }),
            basic_eldercare_target: flags.3, residence: words.3,
        }
    }
}

prop_compose! {
    fn member()(
        relation in any_code!(Relation), birth_date in option::of(day()),
        flags in (any::<bool>(), any::<bool>(), any::<bool>()), status in any_code!(MemberStatus),
    ) -> MemberFacts {
        MemberFacts {
            relation, birth_date, full_time_student: flags.0, severe_illness: flags.1, severe_disability: flags.2, status,
        }
    }
}

prop_compose! {
    fn household()(
        mut members in vec(dated(member()), 1..6),
        monthly_income in several(dated((money(), any_code!(IncomeKind)).prop_map(|(amount, kind)| Income { amount, kind }))),
        counts in (0..2_u32, 0..2_u32, 0..4_u32),
        areas in (option::of(0..=99_999_999_u32), option::of(0..2_000_u32)),
        flags in (any::<bool>(), any::<bool>(), any::<bool>()),
        cash_assets in option::of(money()), supporter_age in option::of(0..=150_u32),
    ) -> HouseholdFacts {
        members[0].fact.relation = Relation::Oneself;
        HouseholdFacts {
            members, monthly_income,
            property: Property {
                motor_vehicles: counts.0, disabled_motorcycles: counts.1, homes: counts.2,
                total_area: areas.0, usable_area_per_head: areas.1, luxury: flags.0, cash_assets,
            },
            single_parent: flags.1, supporter_age, able_supporter: flags.2,
        }
    }
}

prop_compose! {
    fn enrollment()(
        days in (option::of(near_day()), option::of(near_day())),
        suspended in several((near_day(), option::of(0..900_u64))),
        chosen_set in option::of(any_code!(ChosenSet)), exit in option::of((month(), money())),
    ) -> Enrollment {
        let suspended = suspended.into_iter().map(|(since, length)| Suspension {
            since, until: length.map(|days| since + chrono::Days::new(days)), reason: SuspensionReason::Unreachable,
        });
        Enrollment {
            applied_on: days.0, decided_on: days.1, suspended: suspended.collect(), chosen_set,
            exit: exit.map(|(first_month, previous_amount)| Exit { first_month, previous_amount }),
        }
    }
}

prop_compose! {
    fn request()(
        assistance in option::of((any_code!(AssistanceMode), near_day(), 1..=20_u32, 1..=3_u32, money())),
        meals in several((near_day(), money()).prop_map(|(date, spend)| Meal { date, spend })),
        care_bills in several((month(), any_code!(CareBillKind), money()).prop_map(|(month, kind, amount)| CareBill { month, kind, amount })),
    ) -> Request {
        let assistance = assistance.map(|(mode, on, persons, tier, amount)| AssistanceRequest {
            mode, on, persons: Some(persons), tier: Some(tier), amount: Some(amount),
        });
        Request { temporary_assistance: assistance, meals, care_bills }
    }
}

prop_compose! {
    fn question()(
        id in "\\PC{1,8}", programs in proptest::sample::subsequence(Program::ALL.to_vec(), 1..=14),
        months in proptest::collection::btree_set(month(), 1..5), known_at in option::of(near_day()),
        options in options(), applicant in applicant(), household in household(), enrollment in enrollment(),
        request in request(), paid in option::of(money()),
    ) -> Assessment {
        let months: Vec<BenefitMonth> = months.into_iter().collect();
        let paid = paid.map(|amount| [(programs[0], [(months[0], amount)].into())].into());
        Assessment {
            id, programs, months, known_at, options, applicant, household: Some(household), enrollment, request, paid,
        }
    }
}

fn amounts(question: &Assessment) -> Vec<(Program, BenefitMonth, Money)> {
    let outcome = assess(question, RuleBook::published()).unwrap();
    let months = |result: &ProgramOutcome| {
        let program = result.program;
        result.months.iter().map(move |month| (program, month.month, month.amount)).collect::<Vec<_>>()
    };
    outcome.results.iter().flat_map(months).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_reads_back(question in question()) {
        let line = contract::write(&question);
        prop_assert_eq!(contract::parse(line.as_bytes()), Ok(question));
    }

    #[test]
    fn nothing_is_negative_and_what_is_barred_is_nothing(question in question()) {
        let outcome = assess(&question, RuleBook::published()).unwrap();
        for result in &outcome.results {
            let any = result.months.iter().any(|month| month.is_payable());
            prop_assert_eq!(result.decision == Decision::Eligible, any);
            for month in &result.months {
                prop_assert!(!month.amount.is_negative());
                prop_assert!(month.is_payable() || month.amount.is_zero());
            }
        }
    }

    #[test]
    fn explaining_changes_nothing_and_ends_with_what_is_due(question in question()) {
        let (outcome, steps) = explain(&question, RuleBook::published()).unwrap();
        prop_assert_eq!(&outcome, &assess(&question, RuleBook::published()).unwrap());
        prop_assert!(steps.iter().all(|step| !step.zh.is_empty() && !step.en.is_empty()));
        let last = outcome.results.last().and_then(|result| result.months.last()).unwrap();
        prop_assert_eq!(steps.last().unwrap().amount, Some(last.amount));
    }

    #[test]
    fn each_month_stands_for_itself(question in question()) {
        let whole = amounts(&question);
        for month in &question.months {
            let alone = amounts(&Assessment { months: vec![*month], paid: None, ..question.clone() });
            let part: Vec<_> = whole.iter().copied().filter(|(_, asked, _)| asked == month).collect();
            prop_assert_eq!(alone, part);
        }
    }

    #[test]
    fn more_income_never_gives_more(question in question(), more in money()) {
        let mut richer = question.clone();
        let income = Income { amount: more, kind: IncomeKind::Ordinary };
        richer.household.as_mut().unwrap().monthly_income.push(Dated::always(income));
        richer.applicant.own_income = richer.applicant.own_income.plus(more).unwrap();
        for (poor, rich) in amounts(&question).iter().zip(amounts(&richer)) {
            prop_assert!(rich.2 <= poor.2, "{:?} {:?}", poor, rich);
        }
    }

    #[test]
    fn what_is_paid_excludes_the_other(question in question(), pair in select(EXCLUSIVE.to_vec())) {
        let (paid, asked) = pair;
        let mut question = Assessment { programs: vec![asked], paid: None, ..question };
        let kind = OtherBenefit::from_code(paid.code()).unwrap();
        let amount = Some(Money::from_fen(1));
        question.applicant.other_benefits.push(Dated::always(OtherBenefitPaid { kind, amount }));
        for (_, month, amount) in amounts(&question) {
            prop_assert!(amount.is_zero(), "{} beside {} in {}", asked, paid, month);
        }
    }

    #[test]
    fn a_chosen_set_pays_one_set_only(question in question(), set in any_code!(ChosenSet)) {
        let elderly = vec![Program::ElderlyServiceSubsidy, Program::ElderlyCareSubsidy];
        let disability = vec![Program::DisabilityLivingSubsidy, Program::DisabilityCareSubsidy];
        let other = if set == ChosenSet::Elderly { disability } else { elderly };
        let mut question = Assessment { programs: other, paid: None, ..question };
        question.enrollment.chosen_set = Some(set);
        prop_assert!(amounts(&question).iter().all(|(_, _, amount)| amount.is_zero()));
    }

    #[test]
    fn no_mutated_line_makes_it_panic(question in question(), edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..8)) {
        let mut line = contract::write(&question).into_bytes();
        for (at, byte, how) in edits {
            let at = at.index(line.len());
            match how {
                0 => line[at] = byte,
                1 => line.insert(at, byte),
                _ => { line.truncate(at.max(1)); }
            }
        }
        match contract::parse(&line) {
            Ok(question) => {
                let outcome = assess(&question, RuleBook::published()).unwrap();
                let answer = contract::answer_line(&question.id, &outcome);
                prop_assert!(serde_json::from_str::<serde_json::Value>(&answer).is_ok());
            }
            Err(error) => {
                let answer: serde_json::Value = serde_json::from_str(&contract::error_line(&error)).unwrap();
                prop_assert!(answer["error"]["message"].is_string());
            }
        }
    }
}

/// What is paid, and what it bars: rows of the stacking matrix that hold in both directions.
const EXCLUSIVE: [(Program, Program); 12] = {
    use Program::*;
    [
        (SubsistenceAllowance, ExtremelyPoorSupport),
        (ExtremelyPoorSupport, SubsistenceAllowance),
        (ChildrenInDifficulty, ExtremelyPoorSupport),
        (ExtremelyPoorSupport, ChildrenInDifficulty),
        (ElderlyServiceSubsidy, DisabilityLivingSubsidy),
        (DisabilityLivingSubsidy, ElderlyServiceSubsidy),
        (ElderlyCareSubsidy, DisabilityCareSubsidy),
        (DisabilityCareSubsidy, ElderlyCareSubsidy),
        (ElderlyServiceSubsidy, DisabilityCareSubsidy),
        (DisabilityCareSubsidy, ElderlyServiceSubsidy),
        (ElderlyCareSubsidy, DisabilityLivingSubsidy),
        (DisabilityLivingSubsidy, ElderlyCareSubsidy),
    ]
};
