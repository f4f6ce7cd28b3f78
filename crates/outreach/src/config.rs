//! What a district has to reach people with: one section a channel, all optional. A service builds [`Outreach`] from it
//! and runs its connections as tasks of its own.

use std::sync::Arc;

use runtime::{Entropy, SharedClock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::{
    Inbound, Sender, Unusable,
    gateway::{GatewayConfig, HttpSms},
    mail::{Mail, MailConfig},
    plan::{QuietHours, driver::Switchboard},
    push::{PushConfig, WebPush},
    sip::{Line, Phone, SipConfig},
    smpp::{SmppConfig, SmppSms, link::Link},
};

/// Receipts and replies that wait to be read.
const INBOUND: usize = 1024;

/// A district's channels. What is absent is not configured, and a step that wants it fails as such.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutreachConfig {
    /// When ordinary notices wait. Alarms never do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// Web push.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<PushConfig>,
    /// SMS over SMPP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smpp: Option<SmppConfig>,
    /// SMS over signed HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_http: Option<GatewayConfig>,
    /// Phone calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip: Option<SipConfig>,
    /// E-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailConfig>,
}

/// The channels, ready; the connections want to be run.
#[derive(Debug)]
pub struct Outreach {
    /// Carries out plans.
    pub switchboard: Switchboard,
    /// Receipts and replies by SMPP; hand receipts to [`Switchboard::receipt`].
    pub inbound: mpsc::Receiver<Inbound>,
    /// Checks receipts of the SMS gateway, which come to the service's own edge.
    pub gateway: Option<Arc<HttpSms>>,
    /// What web apps subscribe with.
    pub push_key: Option<String>,
    /// Run it as a task of kind `Connection`.
    pub smpp_link: Option<Link>,
    /// Run it as a task of kind `Connection`.
    pub phone_line: Option<Line>,
}

impl OutreachConfig {
    /// Builds what is configured.
    ///
    /// # Errors
    /// [`Unusable`] names the key that does not work.
    pub async fn build(self, clock: SharedClock, entropy: Entropy) -> Result<Outreach, Unusable> {
        let (arrived, inbound) = mpsc::channel(INBOUND);
        let mut senders: Vec<Arc<dyn Sender>> = Vec::new();
        let mut push_key = None;
        if let Some(config) = self.push {
            let push = WebPush::new(config, clock.clone(), entropy.clone())?;
            push_key = Some(push.public_key());
            senders.push(Arc::new(push));
        }
        let mut smpp_link = None;
        if let Some(config) = self.smpp {
            let (smpp, link) = SmppSms::new(config, clock.clone(), entropy.clone(), arrived)?;
            senders.push(Arc::new(smpp));
            smpp_link = Some(link);
        }
        let mut gateway = None;
        if let Some(config) = self.sms_http {
            let http = Arc::new(HttpSms::new(config, clock.clone())?);
            senders.push(http.clone());
            gateway = Some(http);
        }
        let mut phone_line = None;
        if let Some(config) = self.sip {
            let (phone, line) = Phone::new(config, clock.clone(), entropy.clone()).await?;
            senders.push(Arc::new(phone));
            phone_line = Some(line);
        }
        if let Some(config) = &self.mail {
            senders.push(Arc::new(Mail::new(config)?));
        }
        let switchboard = Switchboard::new(senders, self.quiet_hours, clock, entropy);
        Ok(Outreach { switchboard, inbound, gateway, push_key, smpp_link, phone_line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print_and_unknown_keys_are_refused() {
        let text = r#"
            quiet_hours = { from = "22:00", until = "07:00" }
            [sms_http]
            url = "https://sms.example.cn/v1/messages"
            secret = "opensesame-opensesame"
            [mail]
            host = "mail.example.cn"
            from = "District <duty@example.cn>"
            user = "duty"
            password = "opensesame"
            [push]
            private_key = "opensesame"
            subject = "mailto:duty@example.cn"
            [sip]
            exchange = "pbx.example.cn:5060"
            user = "4001"
            password = "opensesame"
            prompts = "prompts"
        "#;
        let config: OutreachConfig = toml::from_str(text).unwrap();
        let printed = format!("{config:?} {}", toml::to_string(&config).unwrap());
        assert!(!printed.contains("opensesame"), "{printed}");
        assert!(toml::from_str::<OutreachConfig>(&format!("retriez = 3\n{text}")).is_err());
        for section in ["[sms_http]", "[mail]", "[push]", "[sip]"] {
            let with_typo = text.replace(section, &format!("{section}\nretriez = 3"));
            assert_ne!(with_typo, text);
            assert!(toml::from_str::<OutreachConfig>(&with_typo).is_err(), "{section}");
        }
    }
}
