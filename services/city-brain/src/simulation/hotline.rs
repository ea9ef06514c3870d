//! The citizens' hotline: requests, and their course until somebody asks whether it helped.

use event_schemas::city::Millis;
use rand::RngExt as _;
use serde_json::json;

use super::Simulation;
use super::cloud_event::Happening;
use super::ground::Spot;
use super::rhythm::in_office_hours;

/// Requests per hour on the week's mean, of a district with some two hundred thousand people.
pub(super) const PER_HOUR: f64 = 14.0;

/// What citizens ask on a quiet day: weight, category, kind, words, and the office that answers.
const REQUESTS: [(u32, &str, &str, &str, &str); 18] = [
    (
        12,
        "noise",
        "complaint",
        "夜间施工噪声扰民",
        "区城管执法大队",
    ),
    (6, "noise", "complaint", "广场舞音量过大", "街道办事处"),
    (
        9,
        "sanitation",
        "report",
        "楼道堆物，存在消防隐患",
        "街道办事处",
    ),
    (
        5,
        "sanitation",
        "report",
        "垃圾箱房异味，清运不及时",
        "区绿化市容局",
    ),
    (
        12,
        "traffic",
        "complaint",
        "人行道违停，行人无法通过",
        "区交警支队",
    ),
    (
        4,
        "traffic",
        "suggestion",
        "建议路口增设行人信号灯",
        "区交通委",
    ),
    (
        14,
        "consultation",
        "consultation",
        "咨询居住证办理材料",
        "区行政服务中心",
    ),
    (
        6,
        "consultation",
        "consultation",
        "咨询社区助餐点开放时间",
        "区民政局",
    ),
    (9, "housing", "complaint", "物业维修拖延", "区房管局"),
    (
        4,
        "housing",
        "complaint",
        "外墙渗水，多次报修未果",
        "区房管局",
    ),
    (4, "tree", "report", "树枝遮挡路灯", "区绿化市容局"),
    (
        4,
        "market",
        "suggestion",
        "菜场营业时间过短",
        "区市场监管局",
    ),
    (3, "roads", "report", "路面坑洼，骑行危险", "区市政养护所"),
    (3, "water", "help", "高层水压偏低", "区供水公司"),
    (2, "power", "help", "家中跳闸，请求检查电表", "区供电公司"),
    (1, "gas", "consultation", "燃气表具更换预约", "区燃气公司"),
    (1, "flooding", "report", "雨后路口积水", "区排水管理所"),
    (3, "other", "consultation", "咨询宠物登记", "街道办事处"),
];

impl Simulation {
    /// One everyday request.
    pub(super) fn request(&mut self, at: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let total: u32 = REQUESTS.iter().map(|request| request.0).sum();
        let mut drawn = self.dice.random_range(0..total);
        let mut chosen = &REQUESTS[0];
        for request in &REQUESTS {
            if drawn < request.0 {
                chosen = request;
                break;
            }
            drawn -= request.0;
        }
        let (_, category, kind, words, office) = *chosen;
        let channel = self.pick(&["phone", "phone", "phone", "app", "web"]);
        let number = self.number("T");
        let data = json!({
            "request": number, "category": category, "kind": kind,
            "channel": channel, "summary": words, "receivedAt": at.rfc3339(),
        });
        let about = (number.clone(), spot.clone());
        let lag = self.dice.random_range(500..6_000);
        self.happen(Happening::new("city.hotline.request-received.v1", about, at, data).late(lag));
        let urgent = matches!(category, "water" | "power" | "gas" | "flooding");
        self.follow_up(at, (number, spot), office, (urgent, None));
    }

    /// Assigned, answered, and for some asked back: seldom was it not solved.
    pub(super) fn follow_up(
        &mut self,
        at: Millis,
        about: (String, Spot),
        office: &str,
        (urgent, story): (bool, Option<u64>),
    ) {
        let assigned = at.plus(self.minutes(2, 25));
        let (deadline, within) = if urgent {
            ("2-hours", self.minutes(25, 115))
        } else {
            ("5-working-days", self.minutes(90, 40 * 60))
        };
        let data = json!({
            "request": about.0, "office": office, "round": 1, "reason": "first",
            "deadline": deadline,
        });
        let event_type = "city.hotline.request-assigned.v1";
        let mut told = Happening::new(event_type, about.clone(), assigned, data);
        told.story = story;
        self.happen(told);
        let mut answered = assigned.plus(within);
        if !urgent {
            answered = in_office_hours(answered).plus(self.minutes(1, 120));
        }
        let result = self.pick(&["solved", "solved", "solved", "explained", "partly-solved"]);
        let data = json!({ "request": about.0, "office": office, "result": result });
        let event_type = "city.hotline.request-answered.v1";
        let mut told = Happening::new(event_type, about.clone(), answered, data);
        told.story = story;
        self.happen(told);
        if self.dice.random_range(0..100) < 30 {
            let asked = in_office_hours(answered.plus(self.minutes(120, 1_500)));
            self.ask_back(asked, about, office);
        }
    }

    fn ask_back(&mut self, at: Millis, about: (String, Spot), office: &str) {
        let (outcome, satisfaction) = match self.dice.random_range(0..100) {
            0..=82 => ("solved", 5),
            83..=93 => ("partly-solved", 3),
            94..=98 => ("unreached", 0),
            _ => ("not-solved", 2),
        };
        let mut data = json!({ "request": about.0, "office": office, "outcome": outcome });
        if satisfaction > 0 {
            data["satisfaction"] = json!(satisfaction);
        }
        self.happen(Happening::new(
            "city.hotline.request-revisited.v1",
            about,
            at,
            data,
        ));
    }
}

/// The office that answers for a kind of trouble.
pub(super) fn office_for(category: &str) -> &'static str {
    match category {
        "water" => "区供水公司",
        "flooding" => "区排水管理所",
        "power" => "区供电公司",
        "gas" => "区燃气公司",
        "traffic" => "区交警支队",
        "tree" => "区绿化市容局",
        _ => "街道办事处",
    }
}
