namespace Shiplog.Contracts.Orders;

/// <summary>A registry is to be asked what a name means there.</summary>
/// <param name="Reference">Fully qualified, with tag or digest.</param>
/// <param name="Credentials">Never stored.</param>
/// <param name="IsKnown">An image that is here was pulled by this very digest: what was kept of it may answer where the registry cannot be reached.</param>
public sealed record RegistryQuestion(string Reference, RegistryCredentials? Credentials, bool IsKnown = false);

/// <summary>A registry is to be asked whether it takes credentials.</summary>
/// <param name="Domain"><c>docker.io</c>, or <c>host[:port]</c>.</param>
/// <param name="Credentials">Never stored.</param>
public sealed record RegistryLogin(string Domain, RegistryCredentials Credentials);

/// <summary>An index is to be searched.</summary>
/// <param name="Domain"><c>docker.io</c>, or <c>host[:port]</c>.</param>
/// <param name="Limit">Most repositories to answer with.</param>
/// <param name="Credentials">Never stored.</param>
public sealed record IndexSearch(string Domain, string Term, int Limit, RegistryCredentials? Credentials);

/// <summary>A repository that an index knows.</summary>
public sealed record FoundRepository(string Name, string Description, int Stars, bool IsOfficial, bool IsAutomated);

/// <summary>What a name is in its registry.</summary>
/// <param name="MediaType">Of the manifest or index.</param>
/// <param name="Size">Of that document, in bytes.</param>
/// <param name="Platforms">What there is an image for; of an index what its entries say.</param>
public sealed record ImageInRegistry(string MediaType, string Digest, long Size, ImageInRegistryPlatform[] Platforms);

/// <summary>In Go's names: <c>amd64</c>, <c>linux</c>.</summary>
public sealed record ImageInRegistryPlatform(string Architecture, string Os, string? Variant);
