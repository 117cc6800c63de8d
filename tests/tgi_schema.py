"""The published shapes of text-generation-inference's requests, answers and events, with their bounds.

Stricter than the server where it would forgive: an unknown field is an error.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, TypeAdapter

FinishReason = Literal["length", "eos_token", "stop_sequence"]
Proportion = Annotated[float, Field(gt=0, lt=1)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())


class GenerateParameters(Shape):
    """`truncate` is left out on purpose: it cuts off the beginning of the prompt."""

    best_of: PositiveInt | None = None
    temperature: PositiveFloat | None = None
    repetition_penalty: PositiveFloat | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    top_k: PositiveInt | None = None
    top_p: Proportion | None = None
    typical_p: Proportion | None = None
    do_sample: bool = False
    max_new_tokens: PositiveInt | None = None
    return_full_text: bool | None = None
    stop: Annotated[list[str], Field(max_length=4)] = []
    watermark: bool = False
    details: bool = True
    decoder_input_details: bool = False
    seed: NonNegativeInt | None = None
    top_n_tokens: Annotated[int, Field(ge=0, le=5)] | None = None
    grammar: dict[str, Any] | None = None
    adapter_id: str | None = None


class GenerateRequest(Shape):
    """Of `/generate`, `/generate_stream` and `/tokenize`."""

    inputs: Annotated[str, Field(min_length=1)]
    parameters: GenerateParameters = GenerateParameters()


class CompatGenerateRequest(GenerateRequest):
    """Of `/`."""

    stream: bool = False


class Token(Shape):
    id: NonNegativeInt
    text: str
    logprob: float | None
    special: bool


class PrefillToken(Shape):
    id: NonNegativeInt
    text: str
    logprob: float | None


class Details(Shape):
    finish_reason: FinishReason
    generated_tokens: NonNegativeInt
    seed: NonNegativeInt | None = None
    prefill: list[PrefillToken]
    tokens: list[Token]
    top_tokens: list[list[Token]] | None = None


class GenerateResponse(Shape):
    generated_text: str
    details: Details | None = None


class StreamDetails(Shape):
    finish_reason: FinishReason
    generated_tokens: NonNegativeInt
    seed: NonNegativeInt | None = None
    input_length: NonNegativeInt


class StreamResponse(Shape):
    index: NonNegativeInt
    token: Token
    top_tokens: list[Token] | None = None
    generated_text: str | None = None
    details: StreamDetails | None = None


class ErrorResponse(Shape):
    error: str
    error_type: str


class SimpleToken(Shape):
    id: NonNegativeInt
    text: str
    start: NonNegativeInt
    stop: NonNegativeInt


class Info(Shape):
    model_id: str
    model_sha: str | None = None
    model_pipeline_tag: str | None = None
    max_concurrent_requests: NonNegativeInt
    max_best_of: NonNegativeInt
    max_stop_sequences: NonNegativeInt
    max_input_tokens: NonNegativeInt
    max_total_tokens: NonNegativeInt
    validation_workers: NonNegativeInt
    max_client_batch_size: NonNegativeInt
    router: str
    version: str
    sha: str | None = None
    docker_label: str | None = None


REQUESTS: dict[str, TypeAdapter[Any]] = {
    "/": TypeAdapter(CompatGenerateRequest),
    "/generate": TypeAdapter(GenerateRequest),
    "/generate_stream": TypeAdapter(GenerateRequest),
    "/tokenize": TypeAdapter(GenerateRequest),
}
ANSWERS: dict[str, TypeAdapter[Any]] = {
    "/": TypeAdapter(Annotated[list[GenerateResponse], Field(min_length=1, max_length=1)] | StreamResponse),
    "/generate": TypeAdapter(GenerateResponse),
    "/generate_stream": TypeAdapter(StreamResponse),
    "/tokenize": TypeAdapter(list[SimpleToken]),
    "/info": TypeAdapter(Info),
}
"""Of each route, or an `ErrorResponse`; those of a stream are its events."""
ERROR = TypeAdapter(ErrorResponse)
