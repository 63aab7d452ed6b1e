//! An administrator opens the doors for others at the command line, and cannot open them for themself.

use tests::counter::Counter;

const ADMIN: &str = "administrator:sun.lei";

#[tokio::test]
async fn an_administrator_opens_an_account_and_gives_it_a_token_that_is_shown_once() {
    let counter = Counter::open().await;
    let add = [
        "user",
        "add",
        "wang.fang",
        "--title",
        "低保经办岗",
        "--role",
        "clerk",
        "--community",
        "龙泽苑东社区",
    ];
    counter.do_well(&[&add[..], &["--as", ADMIN]].concat());
    let weak = counter.ask_with(&["user", "password", "wang.fang", "--as", ADMIN], "123456");
    assert_eq!((weak.status, weak.code()), (1, "password_too_weak"));
    let set =
        counter.ask_with(&["user", "password", "wang.fang", "--as", ADMIN], "龙泽苑的春天来了四月十二日");
    assert_eq!(set.status, 0, "{set:?}");
    let issue =
        ["token", "issue", "wang.fang", "--role", "clerk", "--scope", "cases,write", "--purpose", "试用"];
    let made = counter.do_well(&[&issue[..], &["--as", ADMIN]].concat());
    assert!(made["token"].as_str().unwrap().starts_with("ledger_"));
    let listed = counter.do_well(&["token", "list", "wang.fang"]);
    assert_eq!(listed["tokens"][0]["token_id"], made["token_id"]);
    assert!(!listed.to_string().contains(made["token"].as_str().unwrap()), "a list shows no token");
    let id = made["token_id"].as_str().unwrap();
    counter.do_well(&["token", "revoke", "wang.fang", id, "--reason", "试用结束", "--as", ADMIN]);
    assert_eq!(counter.do_well(&["token", "list", "wang.fang"])["tokens"], serde_json::json!([]));
    assert_eq!(counter.do_well(&["user", "list"])[0]["account"], "wang.fang");
}

#[tokio::test]
async fn nobody_else_manages_users_and_an_administrator_not_themself() {
    let counter = Counter::open().await;
    let add = ["user", "add", "li.na", "--title", "经办岗", "--role", "clerk"];
    for actor in ["clerk:wang.fang", "auditor:zhou.zheng", "approver:chen.jing"] {
        let refused = counter.ask(&[&add[..], &["--as", actor]].concat());
        assert_eq!((refused.status, refused.code()), (1, "role_not_allowed"), "{actor}");
    }
    let own = ["user", "add", "sun.lei", "--title", "系统管理", "--role", "administrator", "--as", ADMIN];
    assert_eq!(counter.ask(&own).code(), "own_account");
    counter.do_well(&[&add[..], &["--as", ADMIN]].concat());
    let mixed = counter.ask(&["user", "grant", "li.na", "administrator", "--as", ADMIN]);
    assert_eq!(mixed.code(), "roles_incompatible");
    counter.do_well(&["user", "lock", "li.na", "--reason", "离岗", "--as", ADMIN]);
    let locked = ["token", "issue", "li.na", "--role", "clerk", "--scope", "cases", "--purpose", "试用"];
    assert_eq!(counter.ask(&[&locked[..], &["--as", ADMIN]].concat()).code(), "user_locked");
}
