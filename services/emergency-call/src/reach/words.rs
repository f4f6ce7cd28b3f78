//! What people are told. No name leaves but to family and doctor, who know the person; nothing leaves that would tell a
//! stranger who finds the phone where somebody lies helpless.

use domain::{
    alarm::AlarmCause,
    incident::{Callee, Incident},
};
use outreach::Content;

use super::ways::Ways;

/// The message to somebody who is called.
pub fn words(incident: &Incident, callee: &Callee, name: Option<&str>, ways: &Ways) -> Content {
    let cause = cause(incident.cause);
    let staff = matches!(callee, Callee::Caregiver { .. });
    let known = matches!(callee, Callee::Family { .. } | Callee::Doctor);
    let whom = name.filter(|_| known).unwrap_or("服务对象");
    let body = match callee {
        Callee::Caregiver { .. } => {
            format!("附近有人需要紧急救助（{cause}）。能前往请接单或回复 1，不能请回复 2。")
        }
        Callee::Family { .. } | Callee::Doctor => {
            format!("{whom}发出紧急呼叫（{cause}），服务中心正在处置，请保持电话畅通。收到请回复 1。")
        }
        Callee::Home => "服务中心回电：需要帮助请按 1，不需要请按 2。".to_owned(),
        Callee::Supervisor | Callee::Desk | Callee::Ambulance => {
            format!("一起警情（{cause}）尚无人前往，请立即处理。确认请回复 1。")
        }
    };
    let link = ways.link.as_ref().filter(|_| staff).map(|link| format!("{link}/caregiver/"));
    let prompt = match callee {
        Callee::Home => ways.home_prompt.clone(),
        _ => ways.family_prompt.clone().filter(|_| known),
    };
    let connect = matches!(callee, Callee::Home);
    Content { title: format!("紧急呼叫：{cause}"), body, link, prompt, connect }
}

const fn cause(cause: AlarmCause) -> &'static str {
    match cause {
        AlarmCause::Smoke => "烟雾报警",
        AlarmCause::Gas => "燃气泄漏",
        AlarmCause::Fall => "跌倒",
        AlarmCause::Vitals => "体征异常",
        AlarmCause::Sos => "一键呼叫",
        AlarmCause::LoneWorker => "护理员求助",
        AlarmCause::BedExit => "离床未归",
        AlarmCause::Wandering => "走失",
        AlarmCause::Inactivity => "长时间无活动",
        AlarmCause::Flood => "水浸",
        AlarmCause::Unspecified => "报警",
    }
}
