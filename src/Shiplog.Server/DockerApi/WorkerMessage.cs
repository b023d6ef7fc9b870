using System.Text.Json;

namespace Shiplog.Server.DockerApi;

/// <summary>Why the worker refused a stream: <c>{"message": …}</c>, or plain words.</summary>
internal static class WorkerMessage
{
    public static string Of(string body)
    {
        var start = body.IndexOf('{', StringComparison.Ordinal);
        var end = body.LastIndexOf('}');
        if (start >= 0 && end > start)
        {
            try
            {
                if (JsonSerializer.Deserialize(body[start..(end + 1)], DockerJson.Default.ErrorBody) is { Message: { } message })
                    return message;
            }
            catch (JsonException)
            {
                // Plain words with braces in them.
            }
        }
        return body.Trim() is { Length: > 0 } text ? text : "the worker refused the stream";
    }
}
