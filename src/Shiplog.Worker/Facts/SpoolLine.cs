using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Facts;

/// <summary>One line of the spool: a batch, and the outcome that it gives to its command.</summary>
/// <param name="Lane">Batches of one lane (a container, an image) are delivered in the order they were spooled.</param>
/// <param name="Outcome"><see langword="null"/> where the batch ends no command.</param>
/// <param name="Ends">The run of a container, or the start of an exec, that the batch ends, so that the end is reported once.</param>
/// <param name="Begins">The run that it begins, where that is no order's outcome.</param>
internal sealed record SpoolLine(string Lane, ReportBatch Batch, OrderOutcome? Outcome, string? Ends, string? Begins = null);

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SpoolLine))]
internal sealed partial class SpoolJson : JsonSerializerContext;
