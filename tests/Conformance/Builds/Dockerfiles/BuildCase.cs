namespace Shiplog.Conformance.Tests.Builds.Dockerfiles;

/// <summary>A Dockerfile and what must come of it.</summary>
/// <param name="Name">What is looked at.</param>
internal sealed record BuildCase(string Name, string Dockerfile)
{
    public ContextEntry[] Context { get; init; } = [];

    /// <summary>Further options of the request.</summary>
    public string Query { get; init; } = "";

    /// <summary>Members of the image's configuration: a name, a space and JSON. Nothing, an empty list and <c>null</c> are the same.</summary>
    public string[] Config { get; init; } = [];

    /// <summary>All that the image has otherwise than busybox (<see cref="ImageFiles"/>).</summary>
    public string[] Files { get; init; } = [];

    /// <summary>Layers, with that of busybox.</summary>
    public required int Layers { get; init; }

    /// <summary>The image is not made of busybox: all its files are told.</summary>
    public bool OfScratch { get; init; }
}
