//! The people of the street office who appear in the stories.

use domain::actor::{Actor, ActorId, Role};

/// 王芳, who registers people and prepares.
pub fn clerk() -> Actor {
    persona("wang.fang", Role::Clerk)
}

/// 赵敏, a second clerk, for stories that need two.
pub fn second_clerk() -> Actor {
    persona("zhao.min", Role::Clerk)
}

/// 李强, who checks what clerks prepared.
pub fn reviewer() -> Actor {
    persona("li.qiang", Role::Reviewer)
}

/// 陈静, who decides.
pub fn approver() -> Actor {
    persona("chen.jing", Role::Approver)
}

/// 马丽, a second approver, for sums that ask for two.
pub fn second_approver() -> Actor {
    persona("ma.li", Role::Approver)
}

/// 刘洋, who releases money.
pub fn finance() -> Actor {
    persona("liu.yang", Role::Finance)
}

/// 周正, who reads and proves.
pub fn auditor() -> Actor {
    persona("zhou.zheng", Role::Auditor)
}

/// 孙磊, who manages the ledger and decides nothing in it.
pub fn administrator() -> Actor {
    persona("sun.lei", Role::Administrator)
}

fn persona(id: &str, role: Role) -> Actor {
    Actor { id: ActorId::parse(id).unwrap(), role }
}
