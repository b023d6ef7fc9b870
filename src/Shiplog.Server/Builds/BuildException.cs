using Shiplog.Contracts.Orders;
using Shiplog.Domain;

namespace Shiplog.Server.Builds;

/// <summary>A build comes to nothing, for this reason.</summary>
internal sealed class BuildException(FailureKind kind, string message) : Exception(message)
{
    public FailureKind Kind => kind;

    /// <summary>Of the program of a RUN.</summary>
    public int? ExitCode { get; init; }

    public static BuildException Invalid(string message) => new(FailureKind.Invalid, message);

    public static BuildException Of(OrderFailure failure) => new(failure.Kind, failure.Error);

    public static BuildException Of(Refusal refusal) => new(
        refusal.Kind switch
        {
            RefusalKind.Invalid or RefusalKind.NotImplemented => FailureKind.Invalid,
            RefusalKind.NotFound => FailureKind.NotFound,
            RefusalKind.Conflict => FailureKind.Conflict,
            _ => FailureKind.Internal,
        },
        refusal.Message);
}
