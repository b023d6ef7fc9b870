using Microsoft.AspNetCore.Http;

namespace Shiplog.Dashboard;

/// <summary>
/// What a browser must be told and asked before it gets a page: where scripts may come from, and that no foreign page asks
/// (the circuit's WebSocket knows no same-origin rule). That the host's name is one of ours, the server checks for all.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next)
{
    // Radzen's grid sets widths by style attributes; style elements and scripts come from here only.
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var origin = context.Request.Headers.Origin;
        if (origin.Count > 0 && !IsOwn(origin.ToString(), context.Request.Host))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync($"the dashboard does not answer to pages of {origin}\n", context.RequestAborted);
        }
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    }

    // `null` is the origin of sandboxed frames and files: foreign too.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase);
}
