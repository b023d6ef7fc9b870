using System.Net.Http.Headers;
using System.Text;

namespace Shiplog.Conformance.Tests.Speaking;

/// <summary>What the engine answered to a request, read to its end.</summary>
internal sealed record Answer(string Request, int Status, HttpResponseHeaders Headers, string ContentType, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Lines of JSON, as progress comes.</summary>
    public JsonElement[] Lines =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];

    /// <summary>This answer, if it has this status. Where ours says that it is not built yet, the test is skipped and says what for.</summary>
    public Answer With(int status)
    {
        if (Status == 501 && status != 501 && !DockerEngine.IsDockerd && Message.EndsWith(" is not built yet", StringComparison.Ordinal))
            Assert.Skip(Message);
        Status.ShouldBe(status, $"{Request} answered: {Text}");
        return this;
    }

    /// <summary>What an error says.</summary>
    public string Message
    {
        get
        {
            // dockerd answers in plain words where it does not know the version yet, or was about to hijack the connection.
            if (DockerEngine.IsDockerd && !Text.StartsWith('{'))
                return Text.Trim();
            if (!DockerEngine.IsDockerd)
                ContentType.ShouldBe("application/json", Request);
            Json.EnumerateObject().Select(p => p.Name).ShouldBe(["message"], Request);
            return Json.Text("message");
        }
    }

    /// <summary>It is an error in Docker's form, in these words, whatever their case: dockerd has changed that often.</summary>
    public void Refuses(int status, string message)
    {
        With(status);
        if (!Message.Equals(message, StringComparison.OrdinalIgnoreCase))
            throw new ShouldAssertException($"{Request} said\n  {Message}\nand not\n  {message}");
    }

    /// <summary>As <see cref="Refuses(int, string)"/>, for words of which only the beginning or a part is Docker's own.</summary>
    public void RefusesWith(int status, string words)
    {
        With(status);
        Message.ShouldContain(words, Case.Insensitive, Request);
    }
}

/// <summary>Reading JSON with few words.</summary>
internal static class JsonReading
{
    /// <summary>All of these are there, and there may be more.</summary>
    public static void ShouldInclude(this string[] has, string[] wanted) => wanted.Except(has).ShouldBeEmpty();

    extension(JsonElement element)
    {
        /// <summary>The value at the end of these keys.</summary>
        public JsonElement At(params ReadOnlySpan<string> keys)
        {
            var at = element;
            foreach (var key in keys)
                at = at.TryGetProperty(key, out var next) ? next : throw new ShouldAssertException($"no {key} in {at.GetRawText()}");
            return at;
        }

        public string Text(params ReadOnlySpan<string> keys) => element.At(keys).GetString() ?? "";

        public int Number(params ReadOnlySpan<string> keys) => element.At(keys).GetInt32();

        public bool Is(params ReadOnlySpan<string> keys) => element.At(keys).GetBoolean();

        public string[] Texts(params ReadOnlySpan<string> keys) =>
            element.At(keys) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(e => e.GetString() ?? "")] : [];

        public string[] Keys(params ReadOnlySpan<string> keys) => [.. element.At(keys).EnumerateObject().Select(p => p.Name)];
    }
}
