//! `derive(ConnectorConfig)`: a table of settings out of a struct. What the attributes mean stands with the trait in the SDK.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Ident, Lit, LitStr, Meta, Token,
    parse_macro_input,
};

/// Implements `ConnectorConfig` for a struct with named fields.
#[proc_macro_derive(ConnectorConfig, attributes(config))]
pub fn derive_connector_config(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "ConnectorConfig is for structs"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(input.span(), "ConnectorConfig wants named fields"));
    };
    let keys = fields.named.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    let reads = fields.named.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let check = check_function(&input.attrs)?;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics ::weir_connect_sdk::ConnectorConfig for #name #type_generics #where_clause {
            const KEYS: &'static [::weir_connect_sdk::ConfigKey] = &[#(#keys),*];

            fn from_settings(
                settings: &::weir_connect_sdk::Settings,
            ) -> ::core::result::Result<Self, ::weir_connect_sdk::weir_config::GetError> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }

            #check
        }
    })
}

fn check_function(attrs: &[Attribute]) -> Result<TokenStream, Error> {
    let mut function = None;
    for meta in config_metas(attrs)? {
        match &meta {
            Meta::NameValue(pair) if pair.path.is_ident("check") => function = Some(pair.value.clone()),
            other => return Err(Error::new(other.span(), "unknown attribute, a struct knows: check")),
        }
    }
    Ok(function.map_or_else(TokenStream::new, |function| {
        quote! {
            fn check(&self) -> ::std::vec::Vec<::weir_connect_sdk::ConfigError> {
                (#function)(self)
            }
        }
    }))
}

fn read(field: &Field) -> Result<TokenStream, Error> {
    let ident = &field.ident;
    let setting = setting_name(field)?;
    Ok(quote! { #ident: settings.get(#setting)? })
}

fn key(field: &Field) -> Result<TokenStream, Error> {
    let ty = &field.ty;
    let setting = setting_name(field)?;
    let mut chain = TokenStream::new();
    let mut default = quote! {
        if <#ty as ::weir_connect_sdk::FromConfigValue>::NULLABLE { key = key.default_null(); }
    };
    for meta in config_metas(&field.attrs)? {
        match &meta {
            Meta::Path(path) if path.is_ident("high") || path.is_ident("low") => {
                let importance = path.require_ident()?;
                chain.extend(quote! { key = key.#importance(); });
            }
            Meta::Path(path) if path.is_ident("non_empty") => {
                chain.extend(quote! { key = key.check(::weir_connect_sdk::Validator::NonEmpty); });
            }
            Meta::NameValue(pair) => {
                let value = &pair.value;
                let attribute = pair.path.require_ident()?;
                match attribute.to_string().as_str() {
                    "name" => {}
                    "default" => {
                        let text = literal_text(value)?;
                        default = quote! { key = key.default(#text); };
                    }
                    "group" => chain.extend(quote! { key = key.group(#value, -1); }),
                    "display" => chain.extend(quote! { key = key.display(#value); }),
                    "width" => chain.extend(quote! { key = key.width(#value); }),
                    "at_least" => {
                        chain.extend(quote! { key = key.check(::weir_connect_sdk::Validator::AtLeast(#value)); })
                    }
                    "matches" => {
                        chain.extend(quote! { key = key.check(::weir_connect_sdk::Validator::Matches(#value)); })
                    }
                    "check" => chain.extend(quote! { key = key.check(#value); }),
                    _ => return Err(unknown(attribute)),
                }
            }
            Meta::List(list) => {
                let attribute = list.path.require_ident()?;
                let arguments = &list.tokens;
                match attribute.to_string().as_str() {
                    "aliases" => chain.extend(quote! { key = key.aliases(&[#arguments]); }),
                    "one_of" => {
                        chain.extend(quote! { key = key.check(::weir_connect_sdk::Validator::OneOf(&[#arguments])); })
                    }
                    "between" => {
                        chain.extend(quote! { key = key.check(::weir_connect_sdk::Validator::Between(#arguments)); })
                    }
                    _ => return Err(unknown(attribute)),
                }
            }
            Meta::Path(path) => return Err(unknown(path.require_ident()?)),
        }
    }
    let doc = doc_text(&field.attrs);
    Ok(quote! {{
        let mut key = ::weir_connect_sdk::ConfigKey::new(#setting, <#ty as ::weir_connect_sdk::FromConfigValue>::KIND).doc(#doc);
        #default
        #chain
        key
    }})
}

fn unknown(attribute: &Ident) -> Error {
    let known = "name, default, high, low, group, display, width, aliases, one_of, at_least, between, non_empty, matches, check";
    Error::new(attribute.span(), format!("unknown attribute, a field knows: {known}"))
}

/// The `name` attribute, or the field's name with dots for underscores.
fn setting_name(field: &Field) -> Result<String, Error> {
    for meta in config_metas(&field.attrs)? {
        if let Meta::NameValue(pair) = &meta
            && pair.path.is_ident("name")
        {
            return literal_text(&pair.value);
        }
    }
    Ok(field
        .ident
        .as_ref()
        .map(|ident| ident.to_string().trim_start_matches("r#").replace('_', "."))
        .unwrap_or_default())
}

fn config_metas(attrs: &[Attribute]) -> Result<Vec<Meta>, Error> {
    let mut metas = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("config")) {
        metas.extend(attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?);
    }
    Ok(metas)
}

/// Defaults may be written as the value itself: `default = 2000`, `default = true`, `default = "x"`.
fn literal_text(value: &Expr) -> Result<String, Error> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Ok(text.value()),
            Lit::Int(number) => Ok(number.base10_digits().to_owned()),
            Lit::Float(number) => Ok(number.base10_digits().to_owned()),
            Lit::Bool(flag) => Ok(flag.value.to_string()),
            other => Err(Error::new(other.span(), "wants a string, number or bool")),
        },
        Expr::Unary(negative) if matches!(negative.op, syn::UnOp::Neg(_)) => {
            Ok(format!("-{}", literal_text(&negative.expr)?))
        }
        other => Err(Error::new(other.span(), "wants a literal")),
    }
}

/// Doc comment lines joined to one text.
fn doc_text(attrs: &[Attribute]) -> String {
    let lines = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("doc"))
        .filter_map(|attr| match &attr.meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text), ..
                }) => Some(LitStr::value(text).trim().to_owned()),
                _ => None,
            },
            Meta::Path(_) | Meta::List(_) => None,
        });
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}
