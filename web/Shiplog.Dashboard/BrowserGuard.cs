using System.Net;
using Microsoft.AspNetCore.Http;

namespace Shiplog.Dashboard;

/// <summary>
/// What a browser must be told and asked before it gets a page: where scripts may come from, and that it did not come here
/// by a foreign name (DNS rebinding) or from a foreign page (the circuit's WebSocket knows no same-origin rule).
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next)
{
    // Radzen's grid sets widths by style attributes; style elements and scripts come from here only.
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<DashboardEndpoint>() is null)
            return next(context);
        if (Refusal(context.Request) is { } refusal)
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return context.Response.WriteAsync(refusal, context.RequestAborted);
        }
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    }

    private static string? Refusal(HttpRequest request)
    {
        var host = request.Host.Host.Trim('[', ']');
        if (!IPAddress.TryParse(host, out _) && host != "localhost" && !host.EndsWith(".localhost", StringComparison.Ordinal))
            return $"the dashboard does not answer to the name {host}: open it as localhost or by its address\n";
        return request.Headers.Origin.Count == 0 || IsOwn(request.Headers.Origin.ToString(), request.Host)
            ? null
            : $"the dashboard does not answer to pages of {request.Headers.Origin}\n";
    }

    // `null` is the origin of sandboxed frames and files: foreign too.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase);
}
