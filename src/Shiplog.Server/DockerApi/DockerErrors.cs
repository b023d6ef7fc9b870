using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Shiplog.Contracts.Orders;
using Shiplog.Domain;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.DockerApi;

/// <summary>The one place that turns refusals, failures and exceptions into Docker's statuses and messages.</summary>
internal static class DockerErrors
{
    /// <summary>Of a refused command.</summary>
    public static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => 400,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.NotModified => 304,
        RefusalKind.NotImplemented => 501,
        RefusalKind.Unavailable => 503,
        RefusalKind.Unauthorized => 401,
        RefusalKind.Forbidden => 403,
        _ => 500,
    };

    /// <summary>Of an order that failed.</summary>
    public static int StatusOf(FailureKind kind) => kind switch
    {
        FailureKind.Invalid => 400,
        FailureKind.NotFound => 404,
        FailureKind.Conflict => 409,
        FailureKind.Unauthorized => 401,
        FailureKind.Unavailable or FailureKind.Interrupted => 503,
        _ => 500,
    };

    /// <summary>Of an order that failed.</summary>
    public static DockerException Of(OrderFailure failure) => new(StatusOf(failure.Kind), failure.Error);

    /// <summary>
    /// Of a start that failed. The docker CLI reads the exit code of <c>docker run</c> off the words: 127 for "executable
    /// file not found", 126 for "permission denied".
    /// </summary>
    public static DockerException OfStart(OrderFailure failure) => failure.ExitCode switch
    {
        127 => new(400, WithWords(failure.Error, "executable file not found", "no such file or directory")),
        126 => new(400, WithWords(failure.Error, "permission denied", "is a directory")),
        _ => Of(failure),
    };

    /// <summary>Of anything that a handler threw.</summary>
    public static (int Status, string Message) Of(Exception exception) => exception switch
    {
        DockerException e => (e.Status, e.Message),
        StoreAwayException e => (503, e.Message),
        WorkerAwayException e => (503, e.Message),
        AmbiguousIdException e => (400, e.Message),
        NoFreeAddressException e => (503, e.Message),
        AddressInUseException e => (403, e.Message),
        JsonException e => (400, $"invalid JSON: {e.Message}"),
        BadHttpRequestException e => (e.StatusCode, e.Message),
        _ => (500, $"internal error: {exception.Message}"),
    };

    private static string WithWords(string error, string words, string alternative) =>
        error.Contains(words, StringComparison.Ordinal) || error.Contains(alternative, StringComparison.Ordinal) ? error : $"{error}: {words}";
}
