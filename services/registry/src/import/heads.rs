//! What front desks and organisations call the columns of their tables.

/// A column as it is called in Chinese.
pub(super) fn chinese(column: &str) -> Option<&'static str> {
    Some(match column {
        "id" => "编号",
        "name" => "姓名",
        "phone" => "电话",
        "identity" => "身份证号",
        "address" => "住址",
        "lon" => "经度",
        "lat" => "纬度",
        "datum" => "坐标系",
        "street" => "街道",
        "community" => "社区",
        "ability" => "能力等级",
        "priority_classes" => "优先保障",
        "blocked" => "不接受护理员",
        "preferred" => "希望护理员",
        "arrival_radius" => "到达半径",
        "closed" => "已停止服务",
        "organisation" => "服务组织",
        "mode" => "出行方式",
        "certificates" => "资格证书",
        "health_certificate" => "健康证",
        "trained" => "已培训",
        "shifts" => "班次",
        "breaks" => "休息",
        "max_radius" => "最远距离",
        "rating" => "评分",
        "suspended" => "已停职",
        _ => return None,
    })
}
