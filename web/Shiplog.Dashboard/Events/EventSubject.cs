using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Events;

/// <summary>The object that an event belongs to, read from its stream's key.</summary>
/// <param name="Kind"><c>container</c>, <c>image</c>, <c>reference</c>, <c>network</c>, <c>host</c>, …</param>
/// <param name="Id">What follows the slash.</param>
internal sealed record EventSubject(string Kind, string Id)
{
    public static EventSubject Of(string stream) => stream.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
        ? new EventSubject(stream[..slash], stream[(slash + 1)..])
        : new EventSubject("", stream);

    /// <summary>What it is called where no better name is known.</summary>
    public string Label => Kind switch
    {
        "container" or "image" or "network" or "load" => Ids.Short(Id),
        "build" => Id.Length > 12 ? Id[^12..] : Id,
        "reference" => Ids.Familiar(Id),
        _ => Id,
    };

    /// <summary>Its page, where it has one.</summary>
    public string? Address => Kind switch
    {
        "container" => $"containers/{Id}",
        "image" => $"images/{Ids.Short(Id)}",
        "reference" => "images",
        "build" => $"builds/{Id}",
        _ => null,
    };
}
