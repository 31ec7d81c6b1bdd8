//! Requests in parts, states, and answers in the words of each provider.

use super::*;
use crate::domain::Structured;
use crate::provider::tests::model;

fn told(line: &Value) -> (u16, String) {
    let (id, response) = answer(line).unwrap();
    assert_eq!((id.as_str(), response.source), ("c-1", Source::Batch));
    (response.status, String::from_utf8(response.body).unwrap())
}

#[test]
fn an_item_without_an_answer_says_why_and_is_not_asked_for_again() {
    let error =
        json!({"type": "error", "error": {"type": "invalid_request_error", "message": "bad"}});
    for (line, status, says) in [
        (json!({"custom_id": "c-1", "result": {"type": "expired"}}), 503, "expired"),
        (json!({"custom_id": "c-1", "result": {"type": "errored", "error": error}}), 400, "bad"),
        (
            json!({"custom_id": "c-1", "response": null, "error": {"code": "batch_expired", "message": "late"}}),
            503,
            "late",
        ),
        (
            json!({"custom_id": "c-1", "response": {"status_code": 429, "body": {"error": {"message": "slow"}}}}),
            429,
            "slow",
        ),
        (
            json!({"metadata": {"key": "c-1"}, "error": {"code": 13, "message": "inside"}}),
            503,
            "inside",
        ),
    ] {
        let (got, body) = told(&line);
        assert!(got == status && body.contains(says), "{line}: {got} {body}");
        let error = error::error(&answer(&line).unwrap().1);
        assert_eq!(error.should_retry, Some(false));
    }
}

#[test]
fn requests_are_parted_by_number_and_by_bytes() {
    let item = |number: usize, bytes: usize| BatchItem {
        id: number.to_string(),
        request: HttpRequest {
            channel: crate::domain::Channel::Http,
            url: String::new(),
            headers: Vec::new(),
            body: json!("x".repeat(bytes)),
        },
    };
    let sizes = |name, items: Vec<BatchItem>| -> Vec<usize> {
        parts(&model(name, Structured::Prompt), items).iter().map(Vec::len).collect()
    };
    assert_eq!(sizes("mistral", (0..10_001).map(|n| item(n, 1)).collect()), [10_000, 1]);
    assert_eq!(sizes("gemini", (0..5).map(|n| item(n, 8_000_000)).collect()), [2, 2, 1]);
}

#[test]
fn a_state_that_is_no_end_is_pending() {
    let model = model("openai", Structured::Prompt);
    for status in ["validating", "in_progress", "finalizing", "cancelling", ""] {
        let said = response(200, &json!({"id": "b", "status": status}));
        assert!(matches!(state(&model, "b", &said), Ok(BatchState::Pending)), "{status}");
    }
    let said =
        response(200, &json!({"status": "expired", "output_file_id": "o", "error_file_id": "e"}));
    let Ok(BatchState::Ended { files, why, .. }) = state(&model, "b", &said) else { panic!() };
    let urls: Vec<&str> = files.iter().map(|file| file.url.as_str()).collect();
    assert_eq!((why.as_str(), urls.len()), ("expired", 2));
    assert!(urls[1].ends_with("/v1/files/e/content"));
}
