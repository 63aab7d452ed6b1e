//! How a simulation ends: what is under way is finished, and then everything is proven at once.

use api::check::{Outside, check_office};
use api::flags::{FlagOptions, flags};
use domain::payment::Payment;
use indicatif::ProgressBar;
use projections::runner::Until;

use crate::acts::plans::{finish_plans, note_withheld};
use crate::acts::{let_all_go, recover_everything, runs, withdraw_everything};
use crate::books::Place;
use crate::world::{GROUPS, Stage, World};

/// Rounds in which what is due must have been ordered; a line that came back is ordered once more.
const ROUNDS: usize = 3;

pub async fn end(world: &mut World) {
    world.street.days_pass(1);
    finish_runs(world).await;
    let_all_go(world).await;
    finish_plans(world).await;
    withdraw_everything(world).await;
    pay_what_is_due(world).await;
    world.street.pause();
    recover_everything(world).await;
    world.compare().await;
    check_is_clean(world).await;
    nothing_is_flagged_that_the_processes_forbid(world).await;
    states_are_the_models(world).await;
    projections_are_the_models(world).await;
}

/// Sends back what was not released; the bank answers for the rest.
async fn finish_runs(world: &mut World) {
    for place in world.runs_at(&[Stage::Submitted, Stage::Endorsed, Stage::Approved]) {
        world.street.pause();
        runs::reject(world, place).await;
    }
    for place in world.runs_at(&[Stage::Released]) {
        world.street.pause();
        let results = runs::results_for(world, place, 100, 10);
        runs::settle(world, place, results).await;
    }
    note_withheld(world).await;
}

/// Pays until nothing is due any more that can be paid.
async fn pay_what_is_due(world: &mut World) {
    for group in 0..GROUPS.len() {
        for round in 0.. {
            assert!(round < ROUNDS, "after {ROUNDS} runs something is still to be ordered");
            world.street.pause();
            let place = runs::prepare_group(world, group).await;
            if world.runs[place].count == 0 {
                break;
            }
            let missing = world.runs[place].sum - world.books.fund(world.fund_id(group)).free();
            if missing > 0 {
                crate::acts::appropriate(world, group, missing).await;
            }
            runs::submit(world, place).await;
            runs::approve(world, place).await;
            if world.runs[place].stage == Stage::Endorsed {
                runs::approve(world, place).await;
            }
            runs::release(world, place).await;
            let results = runs::results_for(world, place, 100, 0);
            runs::settle(world, place, results).await;
            note_withheld(world).await;
        }
    }
    assert_eq!(world.books.sum_at(Place::Pending), 0);
}

/// The whole `ledger check`, as the command line runs it.
async fn check_is_clean(world: &World) {
    let office = &world.street.office;
    office.runner.catch_up(Until::Head).await.unwrap();
    let verdicts =
        check_office(office, world.street.ledger.owner(), &Outside::default(), &ProgressBar::hidden())
            .await
            .unwrap();
    assert!(verdicts.len() > 10, "{verdicts:?}");
    let broken: Vec<_> = verdicts.iter().filter(|verdict| !verdict.findings.is_empty()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// People may be late, forget somebody or leave a return unmended; the processes let nothing else pass.
async fn nothing_is_flagged_that_the_processes_forbid(world: &World) {
    let forbidden = [
        "wrong_amount",
        "payee_not_holder",
        "duplicate_person",
        "notice",
        "same_person",
        "overridden",
        "run_disagrees",
        "receipt_gap",
        "statement_disagrees",
    ];
    let options = FlagOptions { codes: forbidden.map(str::to_owned).to_vec(), ..FlagOptions::default() };
    let raised = flags(&world.street.office, &options).await.unwrap();
    assert!(raised.is_empty(), "{raised:#?}");
}

/// Every payment, folded from its stream, is where the model says.
async fn states_are_the_models(world: &World) {
    let repository = &world.street.office.repository;
    for (id, line) in &world.books.lines {
        let state = repository.load_newest::<Payment>(*id).await.unwrap().state;
        let whereabouts = state.whereabouts();
        let at = |place| if line.place == place { line.amount } else { 0 };
        let expected = [at(Place::Settled), at(Place::Returned), at(Place::Pending)];
        let found = [whereabouts.settled, whereabouts.returned, whereabouts.pending];
        assert_eq!(found.map(|amount| amount.fen()), expected, "payment {id}");
        assert_eq!(whereabouts.recovery_opened.fen(), line.recovery_opened, "payment {id}");
        assert_eq!(whereabouts.recovery_received.fen(), line.recovery_received, "payment {id}");
        assert_eq!(whereabouts.recovery_open().fen(), line.recovery_open(), "payment {id}");
    }
}

/// The totals of the read tables are those of the model.
async fn projections_are_the_models(world: &World) {
    let sums = world.books.sums;
    let lines = world.books.lines.values();
    let recovered = |(opened, received), line: &crate::books::Line| {
        (opened + line.recovery_opened, received + line.recovery_received)
    };
    let (opened, received) = lines.fold((0, 0), recovered);
    let payments = [sums.ordered, sums.settled, sums.returned, opened, received];
    for (from, condition) in [("read_payments", PAYMENTS), ("read_beneficiary_months", MONTHS)] {
        assert_eq!(asked(world, condition).await, payments, "{from}");
    }
    assert_eq!(asked(world, RUNS).await, [sums.ordered, sums.settled, sums.returned], "read_payment_runs");
    let funds = world.books.funds.values();
    let funds = funds.fold([0; 3], |[balance, spent, committed], fund| {
        [balance + fund.received - fund.spent, spent + fund.spent, committed + fund.committed]
    });
    assert_eq!(asked(world, FUNDS).await, funds, "read_funds");
    let gifts = world.books.gifts.values();
    let gifts = gifts.fold([0; 2], |sum, gift| [sum[0] + gift.received, sum[1] + gift.refunded]);
    assert_eq!(asked(world, CAMPAIGNS).await, gifts, "read_campaigns");
    assert_eq!(asked(world, DONATIONS).await, gifts, "read_donations");
}

async fn asked(world: &World, question: &str) -> Vec<i64> {
    sqlx::query_scalar(question).fetch_one(world.street.ledger.owner()).await.unwrap()
}

const PAYMENTS: &str = "select array[
    coalesce(sum(amount_fen), 0),
    coalesce(sum(amount_fen) filter (where status = 'settled'), 0),
    coalesce(sum(amount_fen) filter (where status in ('returned', 'reissued', 'cancelled')), 0),
    coalesce(sum(recovery_opened_fen), 0),
    coalesce(sum(recovery_received_fen), 0)]::bigint[] from read_payments";

const MONTHS: &str = "select array[coalesce(sum(ordered_fen), 0), coalesce(sum(settled_fen), 0),
    coalesce(sum(returned_fen), 0), coalesce(sum(recovery_opened_fen), 0),
    coalesce(sum(recovery_received_fen), 0)]::bigint[] from read_beneficiary_months";

const RUNS: &str = "select array[coalesce(sum(ordered_fen), 0), coalesce(sum(settled_fen), 0),
    coalesce(sum(returned_fen), 0)]::bigint[] from read_payment_runs";

const FUNDS: &str =
    "select array[sum(balance_fen), sum(spent_fen), sum(committed_fen)]::bigint[] from read_funds";

const CAMPAIGNS: &str = "select array[sum(received_fen), sum(refunded_fen)]::bigint[] from read_campaigns";

const DONATIONS: &str = "select array[coalesce(sum(amount_fen), 0), coalesce(sum(refunded_fen), 0)]::bigint[] from read_donations";
