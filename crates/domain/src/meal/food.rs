//! What can be said of food: when it is eaten, how much, how soft, what is in it, whom it suits.

use crate::word::words;

words! {
    /// A meal of the day.
    Slot "meal of the day" {
        Breakfast "breakfast" "早餐",
        Lunch "lunch" "午餐",
        Dinner "dinner" "晚餐",
    }
}

words! {
    /// How much.
    Size "size" {
        Small "small" "小份",
        Regular "regular" "标准份",
        Large "large" "大份",
    }
}

words! {
    /// How soft, for who chews or swallows with difficulty.
    Texture "texture" {
        Regular "regular" "普食",
        Soft "soft" "软食",
        Minced "minced" "碎食",
        Pureed "pureed" "糊状",
    }
}

words! {
    /// What makes some people ill: the eight kinds that GB 7718-2025 lists, and sesame and molluscs, which kitchens
    /// abroad have to name as well.
    Allergen "allergen" {
        Gluten "gluten" "含麸质谷物",
        Crustaceans "crustaceans" "甲壳类",
        Fish "fish" "鱼类",
        Egg "egg" "蛋类",
        Peanut "peanut" "花生",
        Soy "soy" "大豆",
        Milk "milk" "乳",
        Nuts "nuts" "坚果",
        Sesame "sesame" "芝麻",
        Molluscs "molluscs" "软体类",
    }
}

words! {
    /// A diet a dish may suit.
    Diet "diet" {
        LowSalt "low_salt" "低盐",
        LowSugar "low_sugar" "低糖",
        LowFat "low_fat" "低脂",
        LowPurine "low_purine" "低嘌呤",
        Vegetarian "vegetarian" "素食",
        Halal "halal" "清真",
    }
}

words! {
    /// How a meal reaches who eats it (堂食、自取、送餐).
    Serving "way of serving" {
        DineIn "dine_in" "堂食",
        PickUp "pick_up" "自取",
        Delivery "delivery" "送餐",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_in_both_tongues_and_an_unknown_one_is_refused_with_the_list() {
        assert_eq!("花生".parse::<Allergen>().unwrap(), Allergen::Peanut);
        assert_eq!(" peanut ".parse::<Allergen>().unwrap(), Allergen::Peanut);
        let refused = "kiwi".parse::<Allergen>().unwrap_err().to_string();
        assert!(refused.contains("\"kiwi\" is no allergen") && refused.contains("peanut"), "{refused}");
        assert_eq!(serde_json::to_string(&Diet::LowSalt).unwrap(), "\"low_salt\"");
    }
}
