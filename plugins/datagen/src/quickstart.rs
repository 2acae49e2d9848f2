//! Ready-made schemas: the names, fields and value ranges that people know from datagen's quickstarts.

/// A ready-made schema and the field that is its key.
pub struct Quickstart {
    pub name: &'static str,
    pub key: &'static str,
    pub schema: &'static str,
}

/// All of them.
pub const QUICKSTARTS: &[Quickstart] = &[
    Quickstart {
        name: "users",
        key: "userid",
        schema: r#"{"type":"record","name":"users","namespace":"ksql","fields":[
            {"name":"registertime","type":{"type":"long","arg.properties":{"range":{"min":1487715775521,"max":1519273364600}}}},
            {"name":"userid","type":{"type":"string","arg.properties":{"regex":"User_[1-9]"}}},
            {"name":"regionid","type":{"type":"string","arg.properties":{"regex":"Region_[1-9]"}}},
            {"name":"gender","type":{"type":"string","arg.properties":{"options":["MALE","FEMALE","OTHER"]}}}]}"#,
    },
    Quickstart {
        name: "pageviews",
        key: "viewtime",
        schema: r#"{"type":"record","name":"pageviews","namespace":"ksql","fields":[
            {"name":"viewtime","type":{"type":"long","arg.properties":{"iteration":{"start":1,"step":10}}}},
            {"name":"userid","type":{"type":"string","arg.properties":{"regex":"User_[1-9]"}}},
            {"name":"pageid","type":{"type":"string","arg.properties":{"regex":"Page_[1-9][0-9]?"}}}]}"#,
    },
    Quickstart {
        name: "orders",
        key: "orderid",
        schema: r#"{"type":"record","name":"orders","namespace":"ksql","fields":[
            {"name":"ordertime","type":{"type":"long","arg.properties":{"range":{"min":1487715775521,"max":1519273364600}}}},
            {"name":"orderid","type":{"type":"int","arg.properties":{"iteration":{"start":0}}}},
            {"name":"itemid","type":{"type":"string","arg.properties":{"regex":"Item_[1-9][0-9]{0,2}"}}},
            {"name":"orderunits","type":{"type":"double","arg.properties":{"range":{"min":0.1,"max":10.0}}}},
            {"name":"address","type":{"type":"record","name":"address","fields":[
                {"name":"city","type":{"type":"string","arg.properties":{"regex":"City_[1-9][0-9]?"}}},
                {"name":"state","type":{"type":"string","arg.properties":{"regex":"State_[1-9][0-9]?"}}},
                {"name":"zipcode","type":{"type":"long","arg.properties":{"range":{"min":10000,"max":99999}}}}]}}]}"#,
    },
    Quickstart {
        name: "stock_trades",
        key: "symbol",
        schema: r#"{"type":"record","name":"StockTrade","namespace":"ksql","fields":[
            {"name":"side","type":{"type":"string","arg.properties":{"options":["BUY","SELL"]}}},
            {"name":"quantity","type":{"type":"int","arg.properties":{"range":{"min":1,"max":5000}}}},
            {"name":"symbol","type":{"type":"string","arg.properties":{"options":["ZBZX","ZJZZT","ZTEST","ZVV","ZVZZT","ZWZZT","ZXZZT"]}}},
            {"name":"price","type":{"type":"int","arg.properties":{"range":{"min":5,"max":1000}}}},
            {"name":"account","type":{"type":"string","arg.properties":{"options":["ABC123","LMN456","XYZ789"]}}},
            {"name":"userid","type":{"type":"string","arg.properties":{"regex":"User_[1-9]"}}}]}"#,
    },
    Quickstart {
        name: "product",
        key: "id",
        schema: r#"{"type":"record","name":"product","namespace":"ksql","fields":[
            {"name":"id","type":{"type":"long","arg.properties":{"iteration":{"start":0}}}},
            {"name":"name","type":{"type":"string","arg.properties":{"regex":"Product_[1-9][0-9]?"}}},
            {"name":"description","type":{"type":"string","arg.properties":{"length":{"min":20,"max":60}}}},
            {"name":"price","type":{"type":"double","arg.properties":{"range":{"min":1.0,"max":1000.0}}}}]}"#,
    },
];

/// A ready-made schema by its name, upper or lower case.
pub fn find(name: &str) -> Option<&'static Quickstart> {
    QUICKSTARTS
        .iter()
        .find(|quickstart| quickstart.name.eq_ignore_ascii_case(name))
}
