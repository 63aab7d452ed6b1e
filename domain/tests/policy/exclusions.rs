//! Which benefits exclude each other, in both directions.

use rstest::rstest;

use super::due;

/// Someone of 70 who would have every subsidy of the old and of the disabled.
fn old(other: &str, more: &str) -> String {
    format!(
        r#""applicant":{{"birth_date":"1953-02-03","hardship":[{{"kind":"subsistence"}}],
        "disabilities":[{{"kind":"limb","grade":1}}],"other_benefits":[{other}]}},
        "household":{{"members":[{{"relation":"self"}}]}}{more}"#
    )
}

const PAID: [(&str, &str); 5] = [
    ("subsistence_allowance", "1395.00"),
    ("elderly_service_subsidy", "300.00"),
    ("elderly_care_subsidy", "600.00"),
    ("disability_living_subsidy", "400.00"),
    ("disability_care_subsidy", "300.00"),
];

#[rstest]
//                             低保   service care  living d.care
#[case("work_injury_nursing",    [false, true,  true,  true,  true])]
#[case("extremely_poor_support", [true,  true,  true,  true,  true])]
#[case("children_in_difficulty", [true,  false, false, true,  false])]
#[case("disability_living_subsidy", [false, true, true, false, false])]
#[case("disability_care_subsidy", [false, true,  true,  false, false])]
#[case("elderly_service_subsidy", [false, false, false, true,  true])]
#[case("elderly_care_subsidy",   [false, false, false, true,  true])]
#[case("heroic_injury_nursing",  [false, false, true,  false, false])]
#[case("returned_youth_nursing", [false, false, true,  false, false])]
#[case("institution_subsidy",    [false, false, true,  false, false])]
#[case("advanced_age_allowance", [false, false, false, false, false])]
#[case("subsistence_allowance",  [false, false, false, false, false])]
#[case("special_family_support", [false, false, false, false, false])]
fn another_benefit_bars(#[case] other: &str, #[case] barred: [bool; 5]) {
    let facts = old(&format!(r#"{{"kind":"{other}","until":"2023-10-31"}}"#), "");
    for ((program, amount), barred) in PAID.iter().zip(barred) {
        let first = if barred { "0.00 excluded_by_other_benefit" } else { amount };
        // a month later nothing is paid from elsewhere any more
        let expected = format!("{first}, {amount}");
        assert_eq!(due(program, "2023-10 2023-11", &facts), expected, "{program} beside {other}");
    }
}

#[rstest]
#[case("subsistence_allowance")]
#[case("children_in_difficulty")]
#[case("elderly_service_subsidy")]
#[case("elderly_care_subsidy")]
#[case("disability_living_subsidy")]
#[case("disability_care_subsidy")]
fn extremely_poor_support_is_barred(#[case] other: &str) {
    let facts = old(&format!(r#"{{"kind":"{other}"}}"#), "");
    assert_eq!(due("extremely_poor_support", "2023-10", &facts), "0.00 excluded_by_other_benefit");
}

#[rstest]
#[case("subsistence_allowance", "0.00 excluded_by_other_benefit")]
#[case("elderly_service_subsidy", "0.00 excluded_by_other_benefit")]
#[case("elderly_care_subsidy", "0.00 excluded_by_other_benefit")]
#[case("disability_living_subsidy", "0.00 no_hardship_status excluded_by_other_benefit")]
#[case("disability_care_subsidy", "0.00 excluded_by_other_benefit")]
#[case("extremely_poor_support", "2576.50")]
fn the_status_extremely_poor_bars_like_the_support(#[case] program: &str, #[case] expected: &str) {
    let facts = old("", "").replace("\"subsistence\"", "\"extremely_poor\"");
    // someone of 70 without 低保 has no living subsidy anyway
    let expected = expected.replace("no_hardship_status", "over_age no_hardship_status");
    assert_eq!(due(program, "2023-10", &facts), expected);
}

#[rstest]
#[case("elderly", ["300.00", "600.00", "0.00 other_set_chosen", "0.00 other_set_chosen"])]
#[case("disability", ["0.00 other_set_chosen", "0.00 other_set_chosen", "400.00", "300.00"])]
fn a_set_is_chosen(#[case] set: &str, #[case] expected: [&str; 4]) {
    let facts = old("", &format!(r#","enrollment":{{"chosen_set":"{set}"}}"#));
    for ((program, _), expected) in PAID[1..].iter().zip(expected) {
        assert_eq!(due(program, "2023-10", &facts), expected, "{program}");
    }
    assert_eq!(due("subsistence_allowance", "2023-10", &facts), "1395.00");
}

#[rstest]
#[case("duty_injury_allowance", "299.99", ["300.00", "600.00", "400.00", "300.00"])]
#[case("duty_injury_allowance", "300.00", ["0.00 higher_benefit_taken", "600.00", "400.00", "0.00 higher_benefit_taken"])]
#[case("retired_cadre_allowance", "400.00", ["0.00 higher_benefit_taken", "600.00", "0.00 higher_benefit_taken", "0.00 higher_benefit_taken"])]
fn the_higher_is_taken(#[case] other: &str, #[case] amount: &str, #[case] expected: [&str; 4]) {
    let facts = old(&format!(r#"{{"kind":"{other}","amount":"{amount}"}}"#), "");
    for ((program, _), expected) in PAID[1..].iter().zip(expected) {
        assert_eq!(due(program, "2023-10", &facts), expected, "{program}");
    }
    assert_eq!(due("subsistence_allowance", "2023-10", &facts), "1395.00");
}

fn child(category: &str, more: &str, top_up: &str) -> String {
    format!(
        r#""applicant":{{"birth_date":"2006-01-15","child_category":"{category}","disabilities":[{{"kind":"limb","grade":1}}]{more}}},
        "options":{{"child_top_up":"{top_up}"}}"#
    )
}

#[rstest]
#[case("subsistence_allowance", "off", "0.00 excluded_by_other_benefit")]
#[case("disability_living_subsidy", "off", "0.00 excluded_by_other_benefit")]
#[case("disability_care_subsidy", "off", "2650.00")]
#[case("extremely_poor_support", "off", "0.00 excluded_by_other_benefit")]
#[case("subsistence_allowance", "on", "2050.00")]
#[case("disability_living_subsidy", "on", "2050.00")]
#[case("disability_care_subsidy", "on", "2650.00")]
#[case("extremely_poor_support", "on", "0.00 excluded_by_other_benefit")]
fn a_child_is_topped_up(#[case] other: &str, #[case] top_up: &str, #[case] expected: &str) {
    let more = format!(r#","other_benefits":[{{"kind":"{other}","amount":"600.00"}}]"#);
    assert_eq!(due("children_in_difficulty", "2023-10", &child("orphan", &more, top_up)), expected);
}

#[test]
fn a_top_up_adds_both_and_never_falls_below_nothing() {
    let more = r#","other_benefits":[{"kind":"subsistence_allowance","amount":"1000.00"},
        {"kind":"disability_living_subsidy","amount":"400.00","until":"2023-10-31"},
        {"kind":"subsistence_allowance","amount":"9000.00","since":"2023-12-01"}]"#;
    let found = due("children_in_difficulty", "2023-10 2023-11 2023-12", &child("orphan", more, "on"));
    assert_eq!(found, "1250.00, 1650.00, 0.00 higher_benefit_taken");
}

#[rstest]
#[case::orphan("orphan", "", "0.00 excluded_by_other_benefit, 1395.00")]
#[case::abandoned("abandoned", "", "0.00 excluded_by_other_benefit, 1395.00")]
#[case::aids("aids", "", "1395.00, 1395.00")]
#[case::unsupported("unsupported", "", "1395.00, 1395.00")]
#[case::at_school_until_july(
    "orphan",
    r#","student":[{"level":"secondary","until":"2024-07-31"}]"#,
    "0.00 excluded_by_other_benefit, 0.00 excluded_by_other_benefit"
)]
fn an_orphan_has_one_of_two(#[case] category: &str, #[case] more: &str, #[case] expected: &str) {
    // 18 on 2024-01-15: the children's allowance ends with that month
    let found = due("disability_living_subsidy", "2024-01 2024-02", &child(category, more, "off"));
    assert_eq!(found, expected);
}

#[test]
fn hukou_is_asked_for_everywhere_but_at_the_table() {
    let facts = old("", "").replace("{\"birth_date\"", "{\"hukou\":\"other\",\"birth_date\"");
    for (program, _) in PAID {
        assert_eq!(due(program, "2023-10", &facts), "0.00 not_local_hukou", "{program}");
    }
}
