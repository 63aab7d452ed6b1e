//! A case that somebody ends: by whom, from when, and what was paid for later.

use serde_json::json;

use crate::paying::office_with_a_case;

#[tokio::test]
async fn a_clerk_ends_a_case_and_what_was_to_be_paid_for_later_is_no_longer_due() {
    let (counter, case) = office_with_a_case().await;
    let case = case.to_string();
    let run = crate::paying::prepare(&counter);
    let close = ["case", "close", &case, "--reason", "withdrawn", "--on"];
    let by = |on: &'static str, who: &'static str| counter.ask(&[&close[..], &[on, "--as", who]].concat());
    let approver = by("2023-10-31", "approver:chen.jing");
    assert_eq!((approver.status, approver.code()), (1, "role_not_allowed"), "{approver:?}");
    let early = by("2023-10-08", "clerk:wang.fang");
    assert_eq!((early.status, early.code()), (1, "date_too_early"), "{early:?}");
    let unsigned = counter.ask(&[&close[..], &["2023-10-31"]].concat());
    assert_eq!((unsigned.status, unsigned.code()), (2, "actor_required"), "{unsigned:?}");
    let unknown = "00000000-0000-0000-0000-000000000001";
    let nobody = ["case", "close", unknown, "--reason", "withdrawn", "--as", "clerk:wang.fang"];
    assert_eq!(counter.ask(&nobody).status, 1);
    let done = by("2023-10-31", "clerk:wang.fang");
    assert_eq!((done.status, &done.json["reason"]), (0, &json!("withdrawn")), "{done:?}");
    // said twice, it is said once; otherwise it is refused
    assert_eq!(by("2023-10-31", "clerk:wang.fang").status, 0);
    let otherwise = by("2023-11-30", "clerk:wang.fang");
    assert_eq!((otherwise.status, otherwise.code()), (1, "case_ended"), "{otherwise:?}");
    let told = counter.do_well(&["replay", "--case", &case]).to_string();
    assert_eq!(told.matches("\"CaseClosed\"").count(), 1, "{told}");
    // the run that was calculated before names the case, and calculated anew it leaves November out
    counter.do_well(&["run", "submit", &run, "--as", "clerk:wang.fang"]);
    let stale = counter.ask(&["run", "approve", &run, "--as", "approver:chen.jing"]);
    assert_eq!((stale.status, stale.code()), (1, "cases_changed"), "{stale:?}");
    let anew = counter.do_well(&["run", "recalculate", &run, "--as", "clerk:wang.fang"]);
    assert_eq!(anew["calculation"]["line_count"], 1, "{anew}");
    counter.do_well(&["check"]);
}
