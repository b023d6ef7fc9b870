namespace Shiplog.Domain;

/// <summary>What a decision comes to: events to append (none where all has happened already), or a refusal.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>Append these, in this order, in one transaction.</summary>
    public sealed record Accepted(params object[] Events) : Decision;

    /// <summary>Append nothing; tell the client why.</summary>
    public sealed record Refused(Refusal Reason) : Decision;

    /// <summary>The command has had its effect already (Docker's 304).</summary>
    public static readonly Decision Nothing = new Accepted();

    /// <summary>Accept with these events.</summary>
    public static Decision Accept(params object[] events) => new Accepted(events);

    /// <summary>Refuse with this kind and sentence.</summary>
    public static Decision Refuse(RefusalKind kind, string message) => new Refused(new Refusal(kind, message));
}

/// <summary>Why a command is refused, in the words that the client is told.</summary>
public sealed record Refusal(RefusalKind Kind, string Message);

/// <summary>The closed set of refusals; one place in the server maps them to HTTP statuses.</summary>
public enum RefusalKind
{
    /// <summary>The values make no sense (400).</summary>
    Invalid = 0,

    /// <summary>No such thing (404).</summary>
    NotFound,

    /// <summary>The state does not allow it, or a name is taken (409).</summary>
    Conflict,

    /// <summary>It is so already (304).</summary>
    NotModified,

    /// <summary>Not built yet (501).</summary>
    NotImplemented,

    /// <summary>Something needed is away: PostgreSQL, the worker, a registry, an address (503).</summary>
    Unavailable,

    /// <summary>A registry refused the credentials (401).</summary>
    Unauthorized,

    /// <summary>It broke (500).</summary>
    Failed,

    /// <summary>Nobody may do that (403).</summary>
    Forbidden,
}
