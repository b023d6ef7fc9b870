using System.Text.Json.Serialization;

namespace Shiplog.Contracts;

/// <summary>What is recorded of a session, the more the later.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecordMode>))]
public enum RecordMode
{
    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("off")] Off = 0,

    /// <summary>What the client was sent, and the terminal's sizes.</summary>
    [JsonStringEnumMemberName("output")] Output,

    /// <summary>What the client typed, too: passwords as well.</summary>
    [JsonStringEnumMemberName("all")] All,
}
