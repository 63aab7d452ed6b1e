//! Pay day: runs are prepared, approved, sent back, released and answered by the bank, line by line.

use api::processes::payment_run::{self, BankOutcome, BankResult, Released, RunPlan, Settlement};
use api::processes::{Desk, ProcessError, propose_rates, publish_rates};
use domain::ids::PaymentId;
use domain::payment_run::{Calculation, PaymentRun};
use tests::personas;

use crate::books::{Line, Place};
use crate::street::second_approver;
use crate::world::{Done, GROUPS, Run, Stage, World};

/// Opens the next run of a group, or calculates anew one that was not submitted.
pub async fn prepare(world: &mut World) {
    let group = usize::from(world.chance.percent(50));
    prepare_group(world, group).await;
}

/// The same for one group; the run's place.
pub async fn prepare_group(world: &mut World, group: usize) -> usize {
    let ahead = i32::from(world.chance.percent(25));
    let (month, fund_id) = (world.month().plus(ahead), world.fund_id(group));
    let of_month = |run: &&Run| run.group == group && run.plan.month == month;
    let open = |run: &&Run| matches!(run.stage, Stage::Calculated | Stage::Rejected);
    let number = u32::try_from(world.runs.iter().filter(of_month).count()).unwrap() + 1;
    let number = world.runs.iter().filter(of_month).find(open).map_or(number, |run| run.plan.number);
    let plan = RunPlan { month, programs: vec![GROUPS[group].0], fund_id, number };
    let (office, clerk) = (world.street.office.clone(), world.street.desk(personas::clerk()));
    let id = payment_run::open(&office, &clerk, &plan).await.unwrap();
    let forecast = payment_run::forecast_of(&office, &office.pool, id).await.unwrap();
    let is_foreseen = forecast.is_some_and(|forecast| forecast.calculation.known_on == clerk.today());
    let mut calculation = payment_run::calculate(&office, &clerk, id).await.unwrap().calculation;
    let mut calculations = 1;
    if is_foreseen {
        // a whole calculation at the same moment finds the same
        let whole = payment_run::calculate(&office, &clerk, id).await.unwrap().calculation;
        let found = |of: &Calculation| (of.digest.clone(), of.exception_count, of.warning_count);
        assert_eq!(found(&calculation), found(&whole), "{plan:?}");
        world.count("run taken over from its forecast");
        (calculation, calculations) = (whole, 2);
    }
    world.count(if calculation.line_count == 0 { "run calculated: empty" } else { "run calculated" });
    let (count, sum) = (calculation.line_count, calculation.control_sum.fen());
    if let Some(place) = world.runs.iter().position(|run| run.id == id) {
        let run = &mut world.runs[place];
        (run.stage, run.count, run.sum) = (Stage::Calculated, count, sum);
        run.calculations += calculations;
        return place;
    }
    let (lines, execution_on) = (Vec::new(), None);
    let stage = Stage::Calculated;
    world.runs.push(Run { id, group, plan, stage, calculations, count, sum, lines, execution_on });
    world.runs.len() - 1
}

/// A run that waits for somebody takes its next step.
pub async fn advance(world: &mut World) {
    let mut waiting = world.runs_at(&[Stage::Calculated, Stage::Submitted, Stage::Endorsed, Stage::Approved]);
    // an empty run is tried now and then
    let empty = u64::from(world.chance.percent(5));
    waiting.retain(|place| world.runs[*place].count + empty > 0);
    let Some(place) = world.chance.one_of(&waiting) else { return };
    let back = world.chance.percent(12);
    match world.runs[place].stage {
        Stage::Calculated => submit(world, place).await,
        Stage::Submitted | Stage::Endorsed | Stage::Approved if back => reject(world, place).await,
        Stage::Submitted | Stage::Endorsed => approve(world, place).await,
        _ => release(world, place).await,
    }
}

/// A month later a run of a group goes as far as it can, up to the bank's answer that all of it arrived.
pub async fn pay_next_month(world: &mut World, group: usize) {
    world.street.days_pass(31);
    let place = prepare_group(world, group).await;
    for _ in 0..5 {
        world.street.pause();
        match world.runs[place].stage {
            Stage::Calculated if world.runs[place].count > 0 => submit(world, place).await,
            Stage::Submitted | Stage::Endorsed => approve(world, place).await,
            Stage::Approved => release(world, place).await,
            Stage::Released => {
                let results = results_for(world, place, 100, 0);
                return settle(world, place, results).await;
            }
            _ => return,
        }
    }
}

pub async fn submit(world: &mut World, place: usize) {
    let (run, before) = (world.runs[place].clone(), world.street.length().await);
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::clerk()));
    let state = office.repository.load_newest::<PaymentRun>(run.id).await.unwrap().state;
    let warnings = state.calculation().map_or(0, |calculation| calculation.warning_count);
    let outcome = payment_run::submit(&office, &desk, run.id, warnings).await;
    if run.count == 0 {
        world.refused("empty run submitted", before, outcome, &["run_empty"]).await;
    } else {
        world.attempt("run submitted", before, outcome).await.unwrap();
        world.runs[place].stage = Stage::Submitted;
    }
}

/// Above this sum, in fen, two people approve.
const TWO_APPROVERS_ABOVE: i64 = 300_000;

/// The office decides that large runs need two approvers.
pub async fn ask_two_approvers(world: &mut World) {
    let text = format!(
        "[[parameter]]\nkey = 'second_approval_above'\nzh = '甲'\nen = 'a'\nunit = 'yuan'\n
         [[parameter.row]]\nfrom = '2023-01'\nvalue = '{}.00'\nannounced = '2023-01-01'\n
         source = '内控制度'\nstatus = 'illustrative'",
        TWO_APPROVERS_ABOVE / 100
    );
    let (office, approver) = (world.street.office.clone(), world.street.desk(personas::approver()));
    let administrator = world.street.desk(personas::administrator());
    propose_rates(&office, &administrator, "内控制度〔2023〕1号", &text).await.unwrap();
    publish_rates(&office, &approver, 1).await.unwrap();
}

/// The first of two approvals, or the only or second one.
pub async fn approve(world: &mut World, place: usize) {
    let (run, before) = (world.runs[place].clone(), world.street.length().await);
    if run.stage == Stage::Submitted && run.sum > TWO_APPROVERS_ABOVE {
        endorse(world, place).await;
        return;
    }
    let is_second = run.stage == Stage::Endorsed;
    let desk = world.street.desk(if is_second { second_approver() } else { personas::approver() });
    let outcome = payment_run::approve(&world.street.office, &desk, run.id).await;
    if outcome.as_ref().is_err_and(|refusal| refusal.code() == "cases_changed") {
        world.refused("approval of what changed", before, outcome, &["cases_changed"]).await;
        recalculate(world, place).await;
        return;
    }
    if outcome.as_ref().is_err_and(|refusal| refusal.code() == "lines_approved_elsewhere") {
        let same_group = |other: &usize| world.runs[*other].group == run.group;
        assert!(world.runs_at(&[Stage::Approved]).iter().any(same_group));
        world
            .refused("approval of what another run pays", before, outcome, &["lines_approved_elsewhere"])
            .await;
        reject(world, place).await;
        return;
    }
    let free = world.books.fund(run.plan.fund_id).free();
    if run.sum > free {
        world.refused("approval beyond the fund", before, outcome, &["fund_short"]).await;
        return;
    }
    world.attempt("run approved", before, outcome).await.unwrap();
    approved(world, place);
    world.done.push(Done::Approved(desk, run.id, run.calculations));
}

async fn endorse(world: &mut World, place: usize) {
    let (id, office) = (world.runs[place].id, world.street.office.clone());
    let before = world.street.length().await;
    let (first, second) = (world.street.desk(personas::approver()), world.street.desk(second_approver()));
    let alone = payment_run::approve(&office, &second, id).await;
    let codes = ["endorsement_missing", "cases_changed"];
    world.refused("large run approved by one", before, alone, &codes).await;
    let outcome = payment_run::endorse(&office, &first, id).await;
    if outcome.as_ref().is_err_and(|refusal| refusal.code() == "cases_changed") {
        world.refused("approval of what changed", before, outcome, &["cases_changed"]).await;
        recalculate(world, place).await;
        return;
    }
    world.attempt("run endorsed", before, outcome).await.unwrap();
    world.runs[place].stage = Stage::Endorsed;
    let before = world.street.length().await;
    let outcome = payment_run::approve(&office, &first, id).await;
    world.refused("both approvals by one", before, outcome, &["four_eyes"]).await;
}

/// Calculates anew what changed since the calculation; a whole calculation would give the same.
async fn recalculate(world: &mut World, place: usize) {
    let id = world.runs[place].id;
    let (office, clerk) = (world.street.office.clone(), world.street.desk(personas::clerk()));
    let done = payment_run::recalculate(&office, &clerk, id).await.unwrap();
    assert!(!done.recalculated.is_empty());
    let part = done.prepared;
    let whole = payment_run::calculate(&office, &clerk, id).await.unwrap();
    // where a rate was announced since, the lines of a recalculated run still know the older one
    if part.calculation.known_on == whole.calculation.known_on {
        assert_eq!((&part.calculation.digest, &part.notes), (&whole.calculation.digest, &whole.notes));
    }
    let run = &mut world.runs[place];
    (run.stage, run.count) = (Stage::Calculated, whole.calculation.line_count);
    run.sum = whole.calculation.control_sum.fen();
    run.calculations += 2;
    world.count("run recalculated");
}

pub fn approved(world: &mut World, place: usize) {
    let (fund_id, sum) = (world.runs[place].plan.fund_id, world.runs[place].sum);
    world.books.fund(fund_id).committed += sum;
    world.runs[place].stage = Stage::Approved;
}

pub async fn reject(world: &mut World, place: usize) {
    let (run, before) = (world.runs[place].clone(), world.street.length().await);
    let desk = world.street.desk(personas::approver());
    let outcome = payment_run::reject(&world.street.office, &desk, run.id, "请重新核算").await;
    world.attempt("run rejected", before, outcome).await.unwrap();
    if run.stage == Stage::Approved {
        world.books.fund(run.plan.fund_id).committed -= run.sum;
    }
    world.runs[place].stage = Stage::Rejected;
}

/// Releases a run. One whose months another run ordered meanwhile is refused, and then sent back.
pub async fn release(world: &mut World, place: usize) {
    let (run, before) = (world.runs[place].clone(), world.street.length().await);
    let (desk, day) = (world.street.desk(personas::finance()), world.today());
    let mut file = Vec::new();
    let outcome = payment_run::release(&world.street.office, &desk, run.id, day, &mut file).await;
    if let Some(answer) = world.attempt("run released", before, outcome).await {
        released(world, place, &desk, &answer, &file);
    } else {
        world.street.pause();
        reject(world, place).await;
    }
}

/// Notes what the bank file says: all that finance sees of the lines.
pub fn released(world: &mut World, place: usize, desk: &Desk, answer: &Released, file: &[u8]) {
    let text = String::from_utf8(file.to_vec()).unwrap();
    let mut ids = Vec::new();
    for fields in text.lines().filter_map(|line| line.strip_prefix("P,")) {
        let mut fields = fields.split(',');
        let id: PaymentId = fields.next().unwrap().parse().unwrap();
        let amount: i64 = fields.next_back().unwrap().replace('.', "").parse().unwrap();
        let (case, month, attempt) = world.behind(id);
        let line = Line {
            case,
            month,
            attempt,
            amount,
            place: Place::Pending,
            withheld: 0,
            recovery_opened: 0,
            recovery_received: 0,
            recovery_waived: 0,
        };
        if attempt > 1 {
            world.count("paid again");
        }
        assert!(!world.books.lines.contains_key(&id), "{id} stands in two bank files");
        world.books.order(id, line);
        ids.push(id);
    }
    let lines = world.in_order(ids);
    let sum: i64 = lines.iter().map(|id| world.books.lines[id].amount).sum();
    let run = &mut world.runs[place];
    assert_eq!((run.count, run.sum), (lines.len() as u64, sum), "the bank file is not what was approved");
    assert_eq!((answer.run_id, answer.line_count), (run.id, run.count));
    (run.stage, run.lines, run.execution_on) = (Stage::Released, lines, Some(desk.today()));
    let done = Done::Released(desk.clone(), run.id, desk.today(), answer.file_sha256.clone());
    world.done.push(done);
}

/// The bank answers for some lines of a run, or for all that are left.
pub async fn bank_answers(world: &mut World) {
    let Some(place) = world.chance.one_of(&world.runs_at(&[Stage::Released])) else { return };
    let all = world.chance.percent(50);
    let results = results_for(world, place, if all { 100 } else { 60 }, 25);
    settle(world, place, results).await;
}

/// Results for about `share` percent of what a run still waits for; of these some came back.
pub fn results_for(world: &mut World, place: usize, share: u64, returned: u64) -> Vec<BankResult> {
    let mut results = Vec::new();
    for payment_id in world.runs[place].lines.clone() {
        if world.books.lines[&payment_id].place != Place::Pending || !world.chance.percent(share) {
            continue;
        }
        let outcome = match world.chance.percent(returned) {
            true => BankOutcome::Returned("AC01".to_owned()),
            false => BankOutcome::Settled("B-1".to_owned()),
        };
        results.push(BankResult { payment_id, outcome });
    }
    results
}

pub async fn settle(world: &mut World, place: usize, results: Vec<BankResult>) {
    let desk = world.street.desk(personas::finance());
    let id = world.runs[place].id;
    let outcome = payment_run::settle(&world.street.office, &desk, id, results.clone()).await;
    let answer = settled(world, place, &results, outcome);
    world.done.push(Done::Settled(desk, id, results));
    assert!(answer.unknown.is_empty());
}

/// Notes results that were taken; the answer adds up what is known of the whole run.
pub fn settled(
    world: &mut World,
    place: usize,
    results: &[BankResult],
    outcome: Result<Settlement, ProcessError>,
) -> Settlement {
    let answer = outcome.unwrap();
    take(world, results);
    assert_eq!(sums_of(world, place), told_in(&answer), "the settlement of run {}", answer.run_id);
    close_if_complete(world, place);
    world.count("results taken");
    answer
}

/// Notes results in the books.
pub fn take(world: &mut World, results: &[BankResult]) {
    for result in results {
        let place = match result.outcome {
            BankOutcome::Settled(_) => Place::Settled,
            BankOutcome::Returned(_) => Place::Returned,
        };
        world.books.answer(result.payment_id, place);
    }
}

/// A run whose every line has a result is reconciled: the fund is spent by what settled and free of the rest.
pub fn close_if_complete(world: &mut World, place: usize) {
    let [(_, settled), _, (pending, _)] = sums_of(world, place);
    let run = &mut world.runs[place];
    if pending == 0 && run.stage == Stage::Released {
        run.stage = Stage::Reconciled;
        let (fund_id, sum) = (run.plan.fund_id, run.sum);
        let fund = world.books.fund(fund_id);
        fund.committed -= sum;
        fund.spent += settled;
    }
}

/// Count and sum of what a run has settled, returned and pending; the sum of what is pending is not asked.
fn sums_of(world: &World, place: usize) -> [(u64, i64); 3] {
    let of = |place: Place, ids: &[PaymentId]| {
        let lines = ids.iter().map(|id| &world.books.lines[id]).filter(|line| line.place == place);
        lines.fold((0, 0), |(count, sum), line| (count + 1, sum + line.amount))
    };
    let ids = &world.runs[place].lines;
    let (pending, _) = of(Place::Pending, ids);
    [of(Place::Settled, ids), of(Place::Returned, ids), (pending, 0)]
}

fn told_in(answer: &Settlement) -> [(u64, i64); 3] {
    let results = answer.results;
    [
        (results.settled_count, results.settled_sum.fen()),
        (results.returned_count, results.returned_sum.fen()),
        (answer.pending_count, 0),
    ]
}
