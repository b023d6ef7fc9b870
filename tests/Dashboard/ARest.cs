using System.Collections.Specialized;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Web;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Tests;

/// <summary>A REST API without a server: paths and what they answer.</summary>
internal sealed class ARest : HttpMessageHandler
{
    private readonly Dictionary<string, Func<HttpRequestMessage, HttpResponseMessage>> _answers = [];

    public ARest() => Client = new RestClient(this, new Uri("http://shiplog/"));

    public RestClient Client { get; }

    /// <summary>Paths asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Answers every path with 503.</summary>
    public bool StoreIsAway { get; set; }

    public void Give(string path, object view) => On(path, _ => JsonSerializer.Serialize(view, JsonSerializerOptions.Web));

    public void On(string path, Func<NameValueCollection, string> json) =>
        Answer(path, request => Json(HttpStatusCode.OK, json(HttpUtility.ParseQueryString(request.RequestUri!.Query))));

    public void Answer(string path, Func<HttpRequestMessage, HttpResponseMessage> answer) => _answers[path] = answer;

    public static HttpResponseMessage Json(HttpStatusCode status, string json) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        lock (Asked)
            Asked.Add(request.RequestUri.PathAndQuery);
        if (StoreIsAway)
            return Task.FromResult(Json(HttpStatusCode.ServiceUnavailable, """{"message":"the event store does not answer: connection refused"}"""));
        return Task.FromResult(_answers.TryGetValue(path, out var answer)
            ? answer(request)
            : Json(HttpStatusCode.NotFound, """{"message":"no such thing"}"""));
    }
}
