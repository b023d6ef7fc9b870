namespace Shiplog.Contracts.Orders;

/// <summary>
/// What the server asks of the worker. An order is idempotent by <paramref name="CommandId"/>: a worker that has carried
/// it out answers again with the same outcome and changes nothing.
/// </summary>
/// <param name="CommandId">The accepted command that this order carries out.</param>
public abstract record Order(string CommandId);

/// <summary>
/// The worker's answer to an order. It is sent only after the server has acknowledged the reports that the order caused,
/// so whoever gets it may tell the client: the facts are durable.
/// </summary>
/// <param name="CommandId">The command of the order.</param>
/// <param name="Failure">Why it failed; <see langword="null"/> when it succeeded.</param>
public sealed record OrderOutcome(string CommandId, OrderFailure? Failure = null);

/// <summary>Why an order failed, in the words that the client is told.</summary>
/// <param name="Step">The step that failed, by the name of its order (<c>MountRootFs</c>).</param>
/// <param name="Kind">What sort of failure; the server maps it to a status in one place.</param>
/// <param name="Error">A sentence, lower case, that names the thing and, where there is one, the remedy.</param>
/// <param name="ExitCode">
/// The exit code that the container is given where the program could not be started: 126 (not executable), 127 (not
/// found), 128 (anything else), as Docker does; <see langword="null"/> where no program was involved.
/// </param>
public sealed record OrderFailure(string Step, FailureKind Kind, string Error, int? ExitCode = null)
{
    /// <summary>The port of the host's that another program has, where that is why.</summary>
    public PortMapping? BusyPort { get; init; }
}

/// <summary>The closed set of reasons for which an order fails.</summary>
public enum FailureKind
{
    /// <summary>A bug or a broken machine: the error says what the system said.</summary>
    Internal = 0,

    /// <summary>The order's values cannot be carried out (no such user, no such program, an unpackable layer).</summary>
    Invalid,

    /// <summary>The image, container or blob is not there.</summary>
    NotFound,

    /// <summary>The container is in a state that does not allow it.</summary>
    Conflict,

    /// <summary>Somebody else has what only one can have: a port of the host's.</summary>
    InUse,

    /// <summary>The registry, or another system, did not answer or answered wrongly.</summary>
    Unavailable,

    /// <summary>The registry refused the credentials, or wants some.</summary>
    Unauthorized,

    /// <summary>The order was interrupted: by the client, or by a restart of the worker.</summary>
    Interrupted,
}
