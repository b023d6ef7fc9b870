namespace Shiplog.Domain.Images;

/// <summary>Where a name points after a pull, a load or a commit.</summary>
public static class RecordImageTagged
{
    /// <summary>Recorded where the name pointed elsewhere. A name by digest needs no record: it can point nowhere else.</summary>
    public static Decision Decide(string name, string imageId, Reference reference, DateTimeOffset at)
    {
        if (ImageReference.Parse(name) is { Tag: null })
            return Decision.Nothing;
        if (reference.ImageId == imageId)
            return Decision.Nothing;
        return Decision.Accept(new ImageTagged(name, imageId, reference.ImageId, at));
    }
}
