//! Emergency cards: sealed before anybody sees them, opened for who may.

use schemas::{
    emergency::{Card, CardQuery, EmergencyCommand, EmergencyRequest, SealedCard},
    problem::Problem,
};

use super::Active;
use crate::cards::MAX_FAMILY;

impl Active {
    /// Takes the card out of a registration and seals it: beyond this line nobody sees it open.
    pub(super) fn sealed(&self, request: &mut EmergencyRequest) -> Result<Option<SealedCard>, Problem> {
        let EmergencyCommand::Register { device, card, .. } = &mut request.request else { return Ok(None) };
        let Some(card) = card.take() else { return Ok(None) };
        check(&card)?;
        let sealed = self.means.cards.seal(&device.id, &card);
        sealed.map(Some).map_err(|error| Problem::new(422, "card_unsealable", error.to_string()).at("/card"))
    }

    /// The card, opened for who may see it; the way in only for who goes.
    pub(super) fn card(&self, query: &CardQuery) -> Result<Card, Problem> {
        let (device, sealed, way_in) = self.core.card(query)?;
        let Some(mut card) = self.means.cards.open_card(&device, &sealed) else {
            tracing::error!(%device, "an emergency card cannot be opened: was cards.key replaced?");
            let detail = "the card was sealed with another key; register the device's card anew";
            return Err(Problem::new(409, "card_unreadable", detail));
        };
        if !way_in {
            card.door_code = None;
        }
        Ok(card)
    }
}

fn check(card: &Card) -> Result<(), Problem> {
    let texts = [Some(&card.name), Some(&card.address), card.matters.as_ref(), card.door_code.as_ref()];
    if texts.into_iter().flatten().any(|text| text.chars().count() > 1000) {
        return Err(
            Problem::new(422, "text_length", "a text of a card has at most 1000 characters").at("/card")
        );
    }
    if card.family.len() > MAX_FAMILY {
        let detail = format!("a card has at most {MAX_FAMILY} contacts");
        return Err(Problem::new(422, "too_many_contacts", detail).at("/card/family"));
    }
    Ok(())
}
