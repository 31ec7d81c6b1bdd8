//! How stop reasons, tool calls and fences turn into causes. The texts themselves are in a table
//! of the integration tests.

use std::sync::Arc;

use crate::domain::{Calls, Schema, Usage};

use super::*;

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new("any.json", json!(true)))
}

fn asked_json(structured: Structured, tolerant: Option<bool>) -> Reading {
    Reading::of(
        &Output::Json { name: "any".into(), schema: schema(), described: true },
        structured,
        tolerant,
    )
}

fn asked_tools() -> Reading {
    Reading::of(
        &Output::Tools { tools: Vec::new(), calls: Calls::ONE, schema: schema() },
        Structured::Native,
        None,
    )
}

fn text(text: &str) -> Completion {
    Completion { text: Some(text.into()), stop: StopReason::Complete, ..Completion::default() }
}

fn calls(calls: &[(&str, &str)]) -> Completion {
    let call = |(name, arguments): &(&str, &str)| ToolCall {
        name: (*name).to_owned(),
        arguments: (*arguments).to_owned(),
    };
    Completion { tool_calls: calls.iter().map(call).collect(), ..Completion::default() }
}

#[test]
fn a_stop_reason_of_the_provider_outweighs_a_text_that_parses() {
    let asked = asked_json(Structured::Native, None);
    for (stop, cause) in [
        (StopReason::Complete, None),
        (StopReason::ToolCall, None),
        (StopReason::Unknown, None),
        (StopReason::Truncated, Some(Kind::Truncated)),
        (StopReason::ContextOverflow, Some(Kind::Truncated)),
        (StopReason::Paused, Some(Kind::Truncated)),
        (StopReason::ProviderFault, Some(Kind::Truncated)),
        (StopReason::Refused, Some(Kind::Refused)),
        (StopReason::Filtered, Some(Kind::Filtered)),
    ] {
        let extracted = extract(&Completion { stop, ..text("{\"a\": 1}") }, asked);
        assert_eq!(extracted.cause, cause, "{stop:?}");
        assert_eq!(extracted.value, Some(json!({"a": 1})), "{stop:?}");
        assert!(extracted.strict, "{stop:?}");
        assert_eq!(extracted.detail.is_some(), cause.is_some(), "{stop:?}");
    }
}

#[test]
fn a_refusal_in_a_field_of_its_own_is_a_refusal_in_the_providers_words() {
    let completion = Completion { refusal: Some("No.".into()), ..Completion::default() };
    let extracted = extract(&completion, asked_json(Structured::Native, None));
    assert_eq!((extracted.cause, extracted.detail.as_deref()), (Some(Kind::Refused), Some("No.")));
    let filtered = Completion { stop: StopReason::Filtered, ..completion };
    let extracted = extract(&filtered, asked_json(Structured::Native, None));
    assert_eq!(extracted.cause, Some(Kind::Filtered));
}

#[test]
fn only_a_short_text_is_a_refusal_by_its_first_words() {
    let asked = asked_json(Structured::Prompt, None);
    assert_eq!(extract(&text("Sorry, I cannot do that."), asked).cause, Some(Kind::Refused));
    let long = format!("Sorry to hear that. {}", "The order was late. ".repeat(40));
    assert_eq!(extract(&text(&long), asked).cause, Some(Kind::NotJson));
}

#[test]
fn an_aborted_answer_without_a_word_is_empty() {
    let completion = Completion {
        stop: StopReason::ProviderFault,
        stop_raw: Some("MALFORMED_FUNCTION_CALL".into()),
        ..Completion::default()
    };
    let extracted = extract(&completion, asked_tools());
    assert_eq!(extracted.cause, Some(Kind::Empty));
    assert!(extracted.detail.unwrap().contains("MALFORMED_FUNCTION_CALL"));
}

#[test]
fn an_empty_answer_tells_where_the_tokens_went() {
    let usage = Some(Usage { reasoning: Some(900), ..Usage::default() });
    let completion = Completion { usage, ..text(" \n") };
    let extracted = extract(&completion, asked_json(Structured::Prompt, None));
    assert_eq!(extracted.cause, Some(Kind::Empty));
    assert_eq!(extracted.detail.as_deref(), Some("no text; 900 tokens went into reasoning"));
}

#[test]
fn a_fence_is_forgiven_where_no_bare_json_was_promised_or_where_the_suite_says_so() {
    let fenced = text("```json\n{}\n```");
    for (structured, tolerant, cause) in [
        (Structured::Native, None, Some(Kind::Fenced)),
        (Structured::Native, Some(true), None),
        (Structured::JsonObject, None, None),
        (Structured::Prompt, None, None),
        (Structured::Prompt, Some(false), Some(Kind::Fenced)),
    ] {
        let extracted = extract(&fenced, asked_json(structured, tolerant));
        assert_eq!(extracted.cause, cause, "{structured} {tolerant:?}");
        assert_eq!((extracted.how, extracted.strict), (Some(How::Fenced), false));
        assert_eq!(extracted.value, Some(json!({})));
    }
    let fenced = calls(&[("any", "```json\n{}\n```")]);
    for (asked, cause) in [
        (asked_json(Structured::Tool, None), Some(Kind::Fenced)),
        (asked_json(Structured::Tool, Some(true)), None),
        (asked_tools(), Some(Kind::Fenced)),
    ] {
        assert_eq!(extract(&fenced, asked).cause, cause, "{asked:?}");
    }
}

#[test]
fn what_is_inside_a_forgiven_fence_is_still_judged() {
    let asked = asked_json(Structured::Prompt, None);
    let twice = extract(&text("```\n{\"a\": 1, \"a\": 2}\n```"), asked);
    assert_eq!(twice.cause, Some(Kind::DuplicateKey));
    let open = extract(&text("```json\n{}"), asked);
    assert_eq!(open.cause, Some(Kind::Fenced));
    let prose = extract(&text("Here: {}"), asked);
    assert_eq!(prose.cause, Some(Kind::SurroundingProse));
    assert_eq!(prose.detail.as_deref(), Some("text before the JSON: \"Here:\""));
}

#[test]
fn the_arguments_of_the_forced_tool_are_the_value() {
    let asked = asked_json(Structured::Tool, None);
    let extracted = extract(&calls(&[("any", "{\"a\": 1}")]), asked);
    assert_eq!(extracted.value, Some(json!({"a": 1})));
    assert_eq!((extracted.how, extracted.cause), (Some(How::ToolCall), None));
    assert_eq!(extracted.text.as_deref(), Some("{\"a\": 1}"));
    let broken = extract(&calls(&[("any", "{\"a\": ")]), asked);
    assert_eq!(broken.cause, Some(Kind::NotJson));
}

#[test]
fn a_call_without_arguments_is_named_as_that_and_read_as_an_empty_object() {
    let forced = extract(&calls(&[("any", "")]), asked_json(Structured::Tool, None));
    assert_eq!((forced.cause, forced.value), (Some(Kind::EmptyArguments), Some(json!({}))));
    let chosen = extract(&calls(&[("status", " ")]), asked_tools());
    assert_eq!(chosen.value, Some(json!({"tool": "status", "arguments": {}})));
    assert!(!chosen.strict);
    let words = "the arguments of the call of \"status\" are empty";
    assert_eq!(chosen.detail.as_deref(), Some(words));
}

#[test]
fn an_answer_that_stands_in_the_reasoning_is_pointed_at() {
    let detail = |thought: &str| {
        let thought = Some(("reasoning", thought.to_owned()));
        let completion = Completion { thought, ..text("") };
        extract(&completion, asked_json(Structured::Native, None)).detail
    };
    assert_eq!(detail("so {\"a\": 1}").as_deref(), Some("no text; `reasoning` holds JSON"));
    assert_eq!(detail("let me see").as_deref(), Some("no text; `reasoning` holds text"));
    assert_eq!(detail(" ").as_deref(), Some("no text"));
}

#[test]
fn braces_in_the_prose_do_not_hide_the_answer() {
    let asked = asked_json(Structured::Native, None);
    let answer = r#"{"city": "Oslo {old}", "n": [1, 2]}"#;
    let one = [
        format!("<think>{{fill in}} the city</think>\n{answer}"),
        format!("<think>first try: {{\"city\": \"Rome\"}}</think>{answer}"),
        format!("{answer}\nReplace {{name}} and {{}} yourself."),
        format!("As {{template}} says:\n```json\n{answer}\n```\nand {{more}}."),
        format!("See [1], [2] and [note].\n{answer} [3]"),
        format!("{{'draft': [1]}} became\n{answer}"),
        format!("an interval [0, 1) and {answer}"),
        format!("~~~~\n{answer}\n~~~~\nThat is all {{sic}}."),
    ];
    for text_around in &one {
        let found = extract(&text(text_around), asked);
        assert_eq!(found.cause, Some(Kind::SurroundingProse), "{text_around}: {found:?}");
        assert_eq!(found.value, serde_json::from_str(answer).ok(), "{text_around}");
    }
    let two = [
        format!("First:\n```json\n{answer}\n```\nSecond:\n```json\n{answer}\n```"),
        format!("Either {answer} or {{\"city\": \"Bergen\"}}."),
    ];
    for several in &two {
        let found = extract(&text(several), asked);
        assert_eq!(found.cause, Some(Kind::MultipleDocuments), "{several}");
        assert_eq!(found.value, serde_json::from_str(answer).ok(), "{several}");
    }
    for broken in
        ["{\"a\": {\"b\": 1}, \"c\"", "[{\"a\": 1}, {\"a\": 2}", "{\"a\": [1], b: 2}", "use {name}"]
    {
        let found = extract(&text(broken), asked);
        assert_eq!((found.cause, found.value), (Some(Kind::NotJson), None), "{broken}");
    }
}

#[test]
fn a_fence_is_of_three_or_more_backticks_or_tildes() {
    let forgiving = asked_json(Structured::Prompt, None);
    for fenced in [
        "~~~json\n{\"a\": 1}\n~~~",
        "````\n{\"a\": 1}\n````",
        "~~~~~ json title=x\n{\"a\": 1}\n~~~~~~",
        "```json\n{\"a\": 1}\n```",
    ] {
        let found = extract(&text(fenced), forgiving);
        assert_eq!((found.cause, found.how), (None, Some(How::Fenced)), "{fenced}");
        assert_eq!(found.value, Some(json!({"a": 1})), "{fenced}");
    }
    let short = extract(&text("~~{\"a\": 1}~~"), forgiving);
    assert_eq!(short.cause, Some(Kind::SurroundingProse));
}

#[test]
fn text_in_place_of_a_tool_call_is_a_missing_block_and_json_in_it_is_recovered() {
    let asked = asked_json(Structured::Tool, None);
    let extracted = extract(&text("{\"a\": 1}"), asked);
    assert_eq!(extracted.cause, Some(Kind::NoStructuredBlock));
    assert_eq!((extracted.value, extracted.strict), (Some(json!({"a": 1})), false));
    assert_eq!(extract(&Completion::default(), asked).cause, Some(Kind::Empty));
}

#[test]
fn a_call_of_one_of_the_tools_is_a_value_with_its_name() {
    let one = extract(&calls(&[("refund", "{\"order\": 7}")]), asked_tools());
    assert_eq!(one.value, Some(json!({"tool": "refund", "arguments": {"order": 7}})));
    assert_eq!((one.cause, one.strict), (None, true));
}

#[test]
fn of_several_tool_calls_the_first_is_shown_and_all_are_named() {
    let two = extract(&calls(&[("refund", "{}"), ("escalate", "{}")]), asked_tools());
    assert_eq!(two.value, Some(json!({"tool": "refund", "arguments": {}})));
    assert_eq!((two.cause, two.how), (Some(Kind::MultipleDocuments), Some(How::FirstOfSeveral)));
    assert!(two.detail.unwrap().ends_with("refund, escalate"));
}

#[test]
fn free_text_is_a_value_as_it_is_even_when_it_begins_with_an_apology() {
    let asked = Reading::of(&Output::Text, Structured::Native, None);
    let words = "I'm sorry to hear that. Your refund is on its way.";
    let extracted = extract(&text(words), asked);
    assert_eq!(extracted.value, Some(json!(words)));
    assert_eq!((extracted.how, extracted.cause), (Some(How::Text), None));
    assert_eq!(extract(&text("\n a\r\nb \n"), asked).value, Some(json!("a\nb")));
    assert_eq!(extract(&text(" "), asked).cause, Some(Kind::Empty));
}

#[test]
fn what_json_does_not_have_is_named() {
    let asked = asked_json(Structured::Native, None);
    let extracted =
        extract(&text(r#"{"a": NaN, "b": "\ud800", "c": -1e999, "d": "\ud83d\ude00 NaN"}"#), asked);
    let recovered = json!({"a": null, "b": "\u{fffd}", "c": null, "d": "\u{1f600} NaN"});
    assert_eq!(extracted.value, Some(recovered));
    let words = "it has NaN and a lone surrogate and a number beyond the range of a double";
    assert_eq!(extracted.detail.as_deref(), Some(words));
}

#[test]
fn an_answer_that_ends_in_the_middle_is_said_to_do_so() {
    let extracted = extract(&text("{\"a\": \"b"), asked_json(Structured::Native, None));
    assert_eq!(extracted.cause, Some(Kind::NotJson));
    assert!(extracted.detail.unwrap().starts_with("it ends in the middle"));
}

#[test]
fn a_list_within_a_broken_object_is_not_taken_for_the_answer() {
    let read = |words: &str| extract(&text(words), asked_json(Structured::Native, None));
    let comma = read(r#"{"tags": ["a", "b"], "total": 3,}"#);
    assert_eq!((comma.cause, comma.value), (Some(Kind::NotJson), None));
    let unfinished = read(r#"{"tags": ["a", "b"], "total": "#);
    assert_eq!((unfinished.cause, unfinished.value), (Some(Kind::NotJson), None));
    let deeper = read(r#"{"a": {"x": 1}, "tags": ["x"], "t": "#);
    assert_eq!((deeper.cause, deeper.value), (Some(Kind::NotJson), None));
    let between = read(r#"Given {name}, the answer is ["a"], where {name} is yours."#);
    assert_eq!(between.value, Some(json!(["a"])));
    let beside = read(r#"Of the set {a, b} I chose ["a"]."#);
    assert_eq!(beside.value, Some(json!(["a"])));
}

fn asked_several() -> Reading {
    let calls = Calls { required: false, parallel: true };
    let output = Output::Tools { tools: Vec::new(), calls, schema: schema() };
    Reading::of(&output, Structured::Native, None)
}

#[test]
fn several_calls_are_one_list_whatever_their_order() {
    let (refund, status) = (("refund", "{\"order\": 7}"), ("status", "{\"order\": 8}"));
    let found = extract(&calls(&[status, refund]), asked_several());
    assert_eq!((found.cause, found.strict, found.how), (None, true, Some(How::ToolCall)));
    assert_eq!(found.value, extract(&calls(&[refund, status]), asked_several()).value);
    assert_eq!(found.value.unwrap()[0], json!({"tool": "refund", "arguments": {"order": 7}}));
    let text: Value = serde_json::from_str(&found.text.unwrap()).unwrap();
    assert_eq!(text[0]["tool"], "status");
}

#[test]
fn where_no_tool_must_be_called_an_answer_in_words_is_an_empty_list() {
    let found = extract(&text("Which order is it?"), asked_several());
    assert_eq!((found.cause, found.value), (None, Some(json!([]))));
    assert_eq!(found.text.as_deref(), Some("Which order is it?"));
    assert_eq!(extract(&Completion::default(), asked_several()).cause, Some(Kind::Empty));
}

#[test]
fn one_call_that_cannot_be_read_is_the_cause_of_the_whole_list() {
    let found = extract(&calls(&[("status", "{}"), ("refund", "{\"order\":")]), asked_several());
    assert_eq!((found.cause, found.strict, found.value), (Some(Kind::NotJson), false, None));
    let found = extract(&calls(&[("refund", ""), ("status", "{}")]), asked_several());
    assert_eq!(found.cause, Some(Kind::EmptyArguments));
    assert_eq!(found.value.unwrap().as_array().unwrap().len(), 2);
}
