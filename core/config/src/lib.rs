//! Config tables: one definition of a setting feeds parsing, validation, docs and `DescribeConfigs`.
