//! What an error speaks of, whatever its status: the request, the model, or nothing but the key, the
//! account, the place and the day.

use super::*;
use ErrorClass::{
    BadRequest, ContextOverflow, Filtered, Forbidden, ModelGone, Other, ParamRejected,
    QuotaExhausted, RateLimited, SchemaRejected, ToolChoiceRejected, Unauthorized, Unavailable,
};

fn check(class: ErrorClass, errors: &[(&str, u16, &str)]) {
    for (name, status, body) in errors {
        let got = failure(name, *status, body);
        assert_eq!(got.class, class, "{name} {status} {body}");
    }
}

#[test]
fn a_status_without_a_meaning_here_says_nothing_of_the_request() {
    for status in [407, 411, 412, 415, 418, 421, 423, 426, 427, 428, 431, 460] {
        check(Other, &[("openai", status, r#"{"error":{"message":"no"}}"#)]);
    }
    for status in [408, 409, 424, 425, 498, 499] {
        check(Unavailable, &[("anthropic", status, r#"{"error":{"message":"no"}}"#)]);
    }
    check(BadRequest, &[("openai", 422, r#"{"error":{"message":"no"}}"#)]);
}

#[test]
fn a_page_of_something_in_between_is_no_refusal_by_the_provider() {
    let page = "<html><head><title>400 Bad Request</title></head></html>";
    check(Other, &[("openai", 400, page), ("anthropic", 413, page), ("gemini", 422, page)]);
}

const KEYS: &[(&str, u16, &str)] = &[
    ("xai", 400, r#"{"code":"invalid-argument","error":"Incorrect API key provided: ab***yz."}"#),
    (
        "gemini",
        400,
        r#"{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"A renewal is due.",
                "details":[{"reason":"API_KEY_INVALID"}]}}"#,
    ),
    (
        "gemini",
        400,
        r#"{"error":{"status":"INVALID_ARGUMENT","message":"API Key not found. Please pass a valid API key."}}"#,
    ),
    (
        "gemini",
        403,
        r#"{"error":{"status":"PERMISSION_DENIED","message":"x",
                "details":[{"reason":"API_KEY_HTTP_REFERRER_BLOCKED"}]}}"#,
    ),
    (
        "gemini",
        400,
        r#"{"error":{"status":"INVALID_ARGUMENT","message":"x",
                "details":[{"reason":"ACCESS_TOKEN_EXPIRED"}]}}"#,
    ),
    (
        "openai",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"You didn't provide an API key."}}"#,
    ),
    (
        "openai",
        404,
        r#"{"error":{"code":"invalid_api_key","message":"no such key for this model"}}"#,
    ),
    ("mistral", 422, r#"{"detail":"The api_key has been revoked"}"#),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"OAuth authentication is not supported here."}}"#,
    ),
    (
        "openrouter",
        400,
        r#"{"error":{"code":400,"message":"Provider returned error",
                "metadata":{"raw":"{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no\"}}"}}}"#,
    ),
    (
        "openai",
        400,
        r#"{"__type":"com.example#UnrecognizedClientException","message":"The security token is wrong."}"#,
    ),
];

#[test]
fn a_key_that_is_not_taken_is_told_from_a_refused_request() {
    check(Unauthorized, KEYS);
}

const MONEY: &[(&str, u16, &str)] = &[
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}"#,
    ),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"You have reached your specified workspace API usage limits."}}"#,
    ),
    ("openai", 400, r#"{"error":{"code":"billing_not_active","message":"x"}}"#),
    (
        "gemini",
        400,
        r#"{"error":{"status":"FAILED_PRECONDITION","message":"x","details":[{"reason":"BILLING_DISABLED"}]}}"#,
    ),
    (
        "xai",
        403,
        r#"{"code":"x","error":"Your team has either used all available credits or reached its monthly spending limit."}"#,
    ),
    (
        "openai",
        400,
        r#"{"error":{"message":"Budget has been exceeded! Current cost: 3, Max budget: 2","type":"budget_exceeded"}}"#,
    ),
    (
        "deepseek",
        400,
        r#"{"error":{"message":"Insufficient Balance","code":"invalid_request_error"}}"#,
    ),
    (
        "groq",
        413,
        r#"{"error":{"code":"rate_limit_exceeded","message":"Request too large for model `x` on tokens per minute (TPM)"}}"#,
    ),
];

#[test]
fn an_account_that_is_out_of_money_is_told_from_a_refused_request() {
    check(QuotaExhausted, MONEY);
    check(RateLimited, &[("openai", 400, r#"{"__type":"ThrottlingException","message":"slow"}"#)]);
}

const ACCOUNTS: &[(&str, u16, &str)] = &[
    (
        "gemini",
        400,
        r#"{"error":{"status":"FAILED_PRECONDITION","message":"User location is not supported for the API use."}}"#,
    ),
    (
        "gemini",
        400,
        r#"{"error":{"status":"FAILED_PRECONDITION","message":"Precondition check failed."}}"#,
    ),
    (
        "gemini",
        400,
        r#"{"error":{"status":"INVALID_ARGUMENT","message":"x","details":[{"reason":"LOCATION_POLICY_VIOLATED"}]}}"#,
    ),
    (
        "gemini",
        403,
        r#"{"error":{"status":"PERMISSION_DENIED","message":"x","details":[{"reason":"SERVICE_DISABLED"}]}}"#,
    ),
    ("openai", 403, r#"{"error":{"code":"unsupported_country_region_territory","message":"x"}}"#),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"This organization has been disabled."}}"#,
    ),
    ("groq", 400, r#"{"error":{"code":"organization_restricted","message":"x"}}"#),
    (
        "groq",
        400,
        r#"{"error":{"code":"model_terms_required","message":"The model needs its terms accepted."}}"#,
    ),
    (
        "openrouter",
        404,
        r#"{"error":{"code":404,"message":"No allowed providers are available for the selected model."}}"#,
    ),
    (
        "openrouter",
        404,
        r#"{"error":{"code":404,"message":"No endpoints found matching your data policy."}}"#,
    ),
    (
        "openai",
        400,
        r#"{"error":{"message":"Your organization must be verified to use this model."}}"#,
    ),
    (
        "openai",
        400,
        r#"{"message":"Access to these models is not allowed from unsupported countries, regions, or territories."}"#,
    ),
];

#[test]
fn an_account_or_a_region_that_may_not_is_told_from_a_refused_request() {
    check(Forbidden, ACCOUNTS);
}

const GONE: &[(&str, u16, &str)] = &[
    ("xai", 400, r#"{"code":"invalid-argument","error":"Model not found: zeta-9"}"#),
    (
        "xai",
        404,
        r#"{"code":"x","error":"The model zeta-9 does not exist or your team ab does not have access to it. Please ensure you're using the correct API key."}"#,
    ),
    (
        "openai",
        400,
        r#"{"error":{"code":"model_not_found","message":"The requested model 'zeta' does not exist."}}"#,
    ),
    (
        "openai",
        404,
        r#"{"error":{"message":"The model `zeta-1` has been deprecated, learn more here."}}"#,
    ),
    (
        "azure",
        404,
        r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}"#,
    ),
    ("azure", 410, r#"{"error":{"code":"ModelDeprecated","message":"x"}}"#),
    ("azure", 400, r#"{"error":{"code":"unknown_model","message":"Unknown model: zeta"}}"#),
    ("anthropic", 404, r#"{"error":{"type":"not_found_error","message":"model: claude-zeta-1"}}"#),
    (
        "gemini",
        404,
        r#"{"error":{"status":"NOT_FOUND","message":"This model models/zeta-1 is no longer available to new users."}}"#,
    ),
    (
        "gemini",
        404,
        r#"{"error":{"status":"NOT_FOUND","message":"Publisher Model `projects/p/models/zeta` was not found or your project does not have access to it."}}"#,
    ),
    (
        "mistral",
        400,
        r#"{"object":"error","message":"Invalid model: zeta","type":"invalid_model","code":"1500"}"#,
    ),
    ("groq", 400, r#"{"error":{"code":"model_decommissioned","message":"x"}}"#),
    (
        "together",
        400,
        r#"{"error":{"code":"model_not_available","message":"Unable to access model zeta."}}"#,
    ),
    (
        "fireworks",
        404,
        r#"{"error":{"code":"invalid_request_error","message":"Model not found, inaccessible, and/or not deployed"}}"#,
    ),
    ("deepseek", 400, r#"{"error":{"message":"Model Not Exist","code":"invalid_request_error"}}"#),
    ("openrouter", 400, r#"{"error":{"code":400,"message":"acme/zeta is not a valid model ID"}}"#),
    ("openrouter", 404, r#"{"error":{"code":404,"message":"No endpoints found for acme/zeta."}}"#),
    (
        "openai",
        400,
        r#"{"error":{"message":"/chat/completions: Invalid model name passed in model=zeta."}}"#,
    ),
    ("openai", 400, r#"{"message":"The provided model identifier is invalid."}"#),
    ("openai", 404, r#"{"message":"This model version has reached the end of its life."}"#),
    (
        "vllm",
        404,
        r#"{"object":"error","message":"The model `zeta` does not exist.","type":"NotFoundError","code":404}"#,
    ),
    ("openai", 404, r#"{"message":"model 'zeta-r' was removed on September 15, 2025."}"#),
];

#[test]
fn a_model_that_is_gone_is_known_in_every_way_of_saying_it() {
    check(ModelGone, GONE);
    let forbidden = r#"{"error":{"code":"model_not_found","message":"Project `p` does not have access to model `zeta`"}}"#;
    check(Unauthorized, &[("openai", 403, forbidden)]);
}

const PARAMETERS: &[(&str, u16, &str)] = &[
    (
        "openai",
        400,
        r#"{"error":{"code":"unknown_parameter","param":"api_key","message":"Unknown parameter: 'api_key'."}}"#,
    ),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."}}"#,
    ),
    (
        "openrouter",
        404,
        r#"{"error":{"code":404,"message":"No endpoints found that can handle the requested parameters."}}"#,
    ),
];

#[test]
fn what_the_request_itself_is_refused_for_stays_a_refusal() {
    check(ParamRejected, PARAMETERS);
    check(
        SchemaRejected,
        &[(
            "openai",
            400,
            r#"{"error":{"message":"Invalid schema for response_format 'a': In context=('properties', 'quota exceeded'), your account"}}"#,
        )],
    );
    check(
        ToolChoiceRejected,
        &[(
            "openrouter",
            404,
            r#"{"error":{"code":404,"message":"No endpoints found that support tool use."}}"#,
        )],
    );
    check(
        Filtered,
        &[(
            "anthropic",
            400,
            r#"{"error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}"#,
        )],
    );
    check(
        ContextOverflow,
        &[(
            "openai",
            400,
            r#"{"error":{"message":"This model's maximum context length is 8 tokens. Your account is fine."}}"#,
        )],
    );
    check(
        BadRequest,
        &[
            (
                "openai",
                400,
                r#"{"error":{"code":"invalid_value","message":"Invalid 'input': API key expired is no image"}}"#,
            ),
            (
                "openai",
                400,
                r#"{"error":{"message":"The model returned the following errors: Malformed input request"}}"#,
            ),
            ("openai", 400, r#"{"error":{"message":"No tool output found for tool call a."}}"#),
        ],
    );
}
